import { LlmCacheError } from '@cached-llm/core';
import picocolors from 'picocolors';
import { parse } from './command-line/parse.ts';
import { sessionOf } from './command-line/session.ts';
import { EXIT, type ExitCode, Failure } from './terminal/exit.ts';
import type { Host } from './terminal/host.ts';
import { wantsColors } from './terminal/output.ts';

function complain(host: Host, error: unknown): ExitCode {
  const { red } = picocolors.createColors(wantsColors(host, host.stderr));
  const message = error instanceof Error ? error.message : String(error);
  host.stderr.write(`${red('error:')} ${message}\n`);
  if (error instanceof Failure) return error.exitCode;
  return error instanceof LlmCacheError ? EXIT.usage : EXIT.failed;
}

/**
 * The program: does what `argv` asks for, and says what to end with. Nothing outside of `host` is read or
 * written, but for stores and files.
 */
export async function run(argv: readonly string[], host: Host): Promise<ExitCode> {
  try {
    const asked = parse(argv, host);
    if (typeof asked === 'number') return asked;
    const { verb, words, given, globals } = asked;
    return (await verb.run({ session: sessionOf(host, globals), words, given })) ?? EXIT.ok;
  } catch (error) {
    if (!host.signal.aborted) return complain(host, error);
    host.stderr.write('interrupted\n');
    return EXIT.interrupted;
  }
}
