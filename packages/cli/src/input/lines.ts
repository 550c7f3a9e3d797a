import { createReadStream } from 'node:fs';
import { access } from 'node:fs/promises';
import { Failure } from '../terminal/exit.ts';
import type { Host } from '../terminal/host.ts';

export interface NumberedLine {
  /** The first is 1, as editors have it. */
  readonly number: number;
  readonly text: string;
}

async function sourceOf(path: string, { stdin }: Host): Promise<NodeJS.ReadableStream> {
  if (path === '-') return stdin;
  await access(path).catch((cause) => {
    throw new Failure(`${path} cannot be read.`, { cause });
  });
  return createReadStream(path);
}

/** Ended by a line feed only: readline also ends them at U+2028, which JSON allows in a text. */
async function* linesOf(input: NodeJS.ReadableStream): AsyncGenerator<string, void, undefined> {
  let rest = '';
  input.setEncoding('utf8');
  for await (const chunk of input) {
    const [first = '', ...others] = String(chunk).split('\n');
    rest += first;
    for (const next of others) {
      yield rest;
      rest = next;
    }
  }
  yield rest;
}

/** The lines of a file, or of what comes in where the path is `-`; empty ones are left out. */
export async function* numberedLines(
  path: string,
  host: Host,
): AsyncGenerator<NumberedLine, void, undefined> {
  const input = await sourceOf(path, host);
  let number = 0;
  for await (const text of linesOf(input)) {
    number += 1;
    if (text.trim() !== '') yield { number, text };
  }
}

/** How many there are, for those who want to know how far it is; nothing where reading them takes them away. */
export async function countLines(path: string, host: Host): Promise<number | undefined> {
  if (path === '-' || host.stderr.isTTY !== true) return undefined;
  let count = 0;
  for await (const _line of numberedLines(path, host)) count += 1;
  return count;
}
