import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { Failure, fileFailure, type Host } from '../terminal/index.ts';

export interface NumberedLine {
  /** The first line is 1, as in editors. */
  readonly number: number;
  readonly text: string;
}

/** @throws {Failure} where the lines cannot be read, before a store is made for them */
export async function checkInput(path: string): Promise<void> {
  if (path === '-') return;
  const file = await open(path).catch((cause) => {
    throw fileFailure(`${path} cannot be read`, cause);
  });
  const status = await file.stat();
  await file.close();
  if (status.isDirectory()) throw new Failure(`${path} is a folder.`);
}

async function openInput(path: string, { stdin }: Host): Promise<NodeJS.ReadableStream> {
  if (path === '-') return stdin;
  await checkInput(path);
  return createReadStream(path);
}

/** Splits at line feeds only: `readline` also splits at U+2028, which JSON allows inside a text. */
async function* linesOf(input: NodeJS.ReadableStream): AsyncGenerator<string[], void, undefined> {
  let rest = '';
  input.setEncoding('utf8');
  for await (const chunk of input) {
    const [first = '', ...others] = String(chunk).split('\n');
    rest += first; // a long line comes in many chunks
    if (others.length === 0) continue;
    const last = others.pop() ?? '';
    yield [rest, ...others];
    rest = last;
  }
  yield [rest];
}

/** The lines of a file, or of stdin where the path is `-`, as many together as come at once. Empty lines are counted and left out. */
export async function* numberedGroups(
  path: string,
  host: Host,
): AsyncGenerator<readonly NumberedLine[], void, undefined> {
  const input = await openInput(path, host);
  let number = 0;
  for await (const lines of linesOf(input)) {
    const numbered = lines.map((text) => ({ number: ++number, text }));
    yield numbered.filter(({ text }) => text.trim() !== '');
  }
}

/** Like {@link numberedGroups}, one by one. */
export async function* numberedLines(
  path: string,
  host: Host,
): AsyncGenerator<NumberedLine, void, undefined> {
  for await (const group of numberedGroups(path, host)) yield* group;
}

/** The number of lines, for a progress bar. Unknown for stdin, which can be read only once. */
export async function countLines(path: string, host: Host): Promise<number | undefined> {
  if (path === '-' || host.stderr.isTTY !== true) return undefined;
  let count = 0;
  for await (const group of numberedGroups(path, host)) count += group.length;
  return count;
}
