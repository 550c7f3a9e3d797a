import { LlmCacheError } from '@cached-llm/core';
import { visibleText } from '@cached-llm/core/store';
import picocolors from 'picocolors';
import {
  EXIT,
  type ExitCode,
  Failure,
  type Host,
  Output,
  supportsColors,
} from '../terminal/index.ts';
import type { CliCommand } from './command.ts';
import { parse } from './parse.ts';

/** What Node.js says of a port that it could not listen at. */
interface ListenError {
  readonly code?: string;
  readonly syscall?: string;
  readonly address?: string;
  readonly port?: number;
}

/** What is said of an address at which this program cannot listen. Undefined for any other failure. */
function listenText(error: unknown): string | undefined {
  const { code, syscall, address, port }: ListenError = Object(error); // any value, whose fields are compared or printed
  if (code === 'EADDRINUSE')
    return `Another program listens at port ${port} of ${address}. Write another one, or --port 0 for any free port.`;
  if (code === 'EADDRNOTAVAIL')
    return `This machine has no address ${address}. Write one that it has, or --host 127.0.0.1.`;
  if (code === 'EACCES' && syscall === 'listen')
    return `Port ${port} needs the rights of an administrator. Write a port above 1023, or --port 0 for any free port.`;
  return undefined;
}

function printError(host: Host, error: unknown): ExitCode {
  const { red } = picocolors.createColors(supportsColors(host, host.stderr));
  const message = listenText(error) ?? (error instanceof Error ? error.message : String(error));
  host.stderr.write(`${red('error:')} ${visibleText(message)}\n`);
  if (error instanceof Failure) return error.exitCode;
  return error instanceof LlmCacheError ? EXIT.usage : EXIT.failed;
}

/**
 * Runs the one of `commands` that `argv` names, and returns the exit code. It never throws: every error becomes one
 * line on `host.stderr`.
 *
 * @param argv the command line, without the program itself
 */
export async function runCommandLine(
  argv: readonly string[],
  host: Host,
  commands: readonly CliCommand[],
): Promise<ExitCode> {
  try {
    const parsed = parse(argv, host, commands);
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
