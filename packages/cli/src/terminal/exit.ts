/** What the program ends with. */
export const EXIT = {
  ok: 0,
  /** What was asked for failed, or is not as it should be. */
  failed: 1,
  /** It was not understood what is asked for, or not dared to do it. */
  usage: 2,
  /** Ended by Ctrl-C, as shells have it. */
  interrupted: 130,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** Ends the program with one line that says why. */
export class Failure extends Error {
  override readonly name = 'Failure';
  readonly exitCode: ExitCode = EXIT.failed;
}

/** Asked for in a way that is not understood, or that is refused. */
export class UsageFailure extends Failure {
  override readonly exitCode = EXIT.usage;
}
