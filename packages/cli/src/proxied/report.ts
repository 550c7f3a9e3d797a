import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { visibleLines } from '@cached-llm/core/store';
import { type Session, text } from '../command-line/index.ts';
import { fileFailure, jsonLine } from '../terminal/index.ts';

export const reportOption = text('<file>', 'also write the report as JSON to this file');

/** What a command says at its end. */
export interface Report {
  /** The facts, as JSON has them. */
  readonly facts: object;
  /** The same for a person, in whole lines. */
  readonly text: string;
}

/**
 * Prints a report on stderr, because stdout belongs to the command that ran: as a line of JSON with `--json`. It is
 * written to a file, too, where one is named.
 */
export async function printReport(
  { host, output }: Session,
  { facts, text: shown }: Report,
  path: string | undefined,
): Promise<void> {
  host.stderr.write(`${output.isJson ? jsonLine(facts) : visibleLines(shown)}\n`);
  if (path === undefined) return;
  await writeFile(resolve(host.folder, path), `${jsonLine(facts)}\n`).catch((cause) => {
    throw fileFailure(`The report cannot be written to ${path}`, cause);
  });
}

/**
 * Said where a command made no request of its proxy, because nothing else would tell a person why. It is no failure: a test
 * runner that keeps the results of its tests asks nothing the second time.
 *
 * @param consequence what became of it, such as `nothing was recorded`
 */
export const noRequest = (consequence: string) =>
  `Warning: no request of the command came through the cache, so ${consequence}.
If it called a provider, it has a base URL in its code. Let it read the URL from a variable such as OPENAI_BASE_URL.`;
