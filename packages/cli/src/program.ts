import { runCommandLine } from './command-line/index.ts';
import { COMMANDS } from './commands/index.ts';
import { EXIT, type ExitCode, type Host } from './terminal/index.ts';

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

/** Runs the program in this process, with its command line, streams and environment. */
export async function main(): Promise<void> {
  process.stdout.on('error', endWithReader);
  const { stdout, stderr, stdin, env: environment } = process;
  const signal = interruption();
  const [folder, now] = [process.cwd(), () => Date.now()];
  const host: Host = { stdout, stderr, stdin, environment, folder, now, signal };
  process.exitCode = await run(process.argv.slice(2), host);
}
