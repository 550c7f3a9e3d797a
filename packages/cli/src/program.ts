import { LlmCacheError } from '@cached-llm/core';
import { visibleText } from '@cached-llm/core/store';
import picocolors from 'picocolors';
import { parse } from './command-line/index.ts';
import { COMMANDS } from './commands/index.ts';
import {
  EXIT,
  type ExitCode,
  Failure,
  type Host,
  Output,
  supportsColors,
} from './terminal/index.ts';

function printError(host: Host, error: unknown): ExitCode {
  const { red } = picocolors.createColors(supportsColors(host, host.stderr));
  const message = error instanceof Error ? error.message : String(error);
  host.stderr.write(`${red('error:')} ${visibleText(message)}\n`);
  if (error instanceof Failure) return error.exitCode;
  return error instanceof LlmCacheError ? EXIT.usage : EXIT.failed;
}

/**
 * Runs the command that `argv` names, and returns the exit code. It never throws: every error becomes one line
 * on `host.stderr`.
 *
 * @param argv the command line, without the program itself
 */
export async function run(argv: readonly string[], host: Host): Promise<ExitCode> {
  try {
    const parsed = parse(argv, host, COMMANDS);
    if (typeof parsed === 'number') return parsed;
    const { command, positionals, options, globals } = parsed;
    const output = new Output(host, globals.json ? 'json' : 'text');
    const session = { host, globals, output };
    return (await command.run({ session, positionals, options })) ?? EXIT.ok;
  } catch (error) {
    if (!host.signal.aborted) return printError(host, error);
    host.stderr.write('interrupted\n');
    return EXIT.interrupted;
  }
}

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
