import { runCommandLine } from './command-line/index.ts';
import { COMMANDS } from './commands/index.ts';
import { EXIT, type ExitCode, type Host, hideSqliteWarning } from './terminal/index.ts';

/**
 * Runs the command that `argv` names, and returns the exit code. It never throws: every error becomes one line
 * on `host.stderr`.
 *
 * @param argv the command line, without the program itself
 */
export const run = (argv: readonly string[], host: Host): Promise<ExitCode> =>
  runCommandLine(argv, host, COMMANDS);

/** A reader that stops early, as `head` does, is no failure. */
function endWithReader(error: Error & { readonly code?: string }): void {
  if (error.code === 'EPIPE') process.exit(EXIT.ok);
  throw error;
}

/** The first Ctrl-C lets the command end in order; the second ends the process at once. */
function interruption(): AbortSignal {
  const controller = new AbortController();
  process.once('SIGINT', () => controller.abort());
  process.once('SIGTERM', () => controller.abort());
  return controller.signal;
}

/** These end a process without a trace. The others would write a second core file, or mean something else to Node.js. */
const ENDING: ReadonlySet<string> = new Set(['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGKILL']);

/** A shell stops its loop, and a supervisor takes note, where a command was ended by a signal and did not exit by itself. */
function endLike(signal: NodeJS.Signals | undefined): void {
  if (signal === undefined || !ENDING.has(signal)) return;
  process.removeAllListeners(signal);
  process.kill(process.pid, signal);
}

/** Runs the program in this process, with its command line, streams and environment. */
export async function main(): Promise<void> {
  process.stdout.on('error', endWithReader);
  hideSqliteWarning();
  const { stdout, stderr, stdin, env: environment } = process;
  const signal = interruption();
  const [folder, now] = [process.cwd(), () => Date.now()];
  let endedBy: NodeJS.Signals | undefined;
  const endBy = (name: NodeJS.Signals) => {
    endedBy = name;
  };
  const host: Host = { stdout, stderr, stdin, environment, folder, now, signal, endBy };
  process.exitCode = await run(process.argv.slice(2), host);
  endLike(endedBy);
}
