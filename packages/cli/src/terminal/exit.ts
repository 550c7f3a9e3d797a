/** The exit codes of the program. */
export const EXIT = {
  ok: 0,
  /** The command failed, or a check found a problem. */
  failed: 1,
  /** The command line is wrong, or a confirmation is missing. */
  usage: 2,
  /** `record --compare` found a change in the answers of a provider. */
  changed: 3,
  /** The command that was to run exists, and cannot be started, as in shells. */
  notStarted: 126,
  /** The command that was to run does not exist, as in shells. */
  notFound: 127,
  /** Ctrl-C ended the program: 128 plus the number of the signal, as in shells. */
  interrupted: 130,
} as const;

/** One of {@link EXIT}, or that of a command which this program ran. */
export type ExitCode = number;

/** Ends the program with one line on stderr, and exit code 1. */
export class Failure extends Error {
  override readonly name = 'Failure';
  readonly exitCode: ExitCode = EXIT.failed;
}

/** A file that cannot be used: beside what was to be done with it stands why the system did not. */
export function fileFailure(what: string, cause: unknown): Failure {
  const { code = 'unknown' }: NodeJS.ErrnoException = Object(cause); // an error of Node.js has a code
  return new Failure(`${what} (${code}). Check its path and its rights.`, { cause });
}

/** Ends the program with one line that says how to write the command, and exit code 2. */
export class UsageFailure extends Failure {
  override readonly exitCode: ExitCode = EXIT.usage;
}
