import { existsSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fixturesFolder, seededNumbers } from '@cached-llm/testing';

export interface Access {
  readonly key: string;
  /** @default all entries have the same size */
  readonly bytes?: number | undefined;
}

export interface Trace {
  readonly name: string;
  readonly accesses: readonly Access[];
}

function accessIn(line: string): Access {
  const comma = line.lastIndexOf(',');
  const bytes = comma < 0 ? Number.NaN : Number(line.slice(comma + 1));
  return Number.isNaN(bytes) ? { key: line } : { key: line.slice(0, comma), bytes };
}

/** Reads a file of requests in their order: one key on each line, or `key,bytes` if the sizes of the answers differ. */
export function traceIn(path: string): Trace {
  const lines = readFileSync(path, 'utf8')
    .split('\n')
    .map((line) => line.trim());
  return { name: basename(path), accesses: lines.filter((line) => line !== '').map(accessIn) };
}

const SUITE = 'trace/prompts-suite.jsonl';

/** A prompt suite that was run again after each change for three years. Without a recording of it, a line says that it is left out. */
export function promptSuite(): Trace[] {
  const path = join(fixturesFolder() ?? '', SUITE);
  if (!existsSync(path)) {
    process.stderr.write(
      `NOT MEASURED: the prompt suite, the only real trace. There is no file ${SUITE} in the folder that CACHED_LLM_FIXTURES names.\n`,
    );
    return [];
  }
  const runs: { keys: number[] }[] = readFileSync(path, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  const accesses = runs.flatMap(({ keys }) => keys.map((key) => ({ key: `${key}` })));
  return [{ name: 'prompt suite', accesses }];
}

/** A rank from 0 up, whose probability is about inversely proportional to it (an approximation of the harmonic sum). */
export const rankOf = (keys: number, random: number) => Math.floor((keys + 1) ** random) - 1;

function made(name: string, keyOf: (index: number, next: () => number) => number): Trace {
  const next = seededNumbers(name.length);
  const accesses = Array.from({ length: 100_000 }, (_, index) => ({
    key: `${keyOf(index, next)}`,
  }));
  return { name, accesses };
}

const FRESH = 1_000_000;

/** Requests that are repeated only soon after: chats whose last message is sent again. */
function chat(index: number, next: () => number): number {
  const isAgain = next() < 0.2;
  return isAgain ? Math.max(0, index - 1 - Math.floor(-Math.log(1 - next()) * 4_000)) : index;
}

/** Traces with patterns that the prompt suite does not have. */
export const madeTraces = (): Trace[] => [
  made('shifting popularity', (index, next) => rankOf(5_000, next()) + Math.floor(index / 50)),
  made('one-hit wonders', (index, next) => (next() < 0.5 ? FRESH + index : rankOf(3_000, next()))),
  made('hot set and scans', (index, next) =>
    index % 4_000 < 2_000 ? rankOf(500, next()) : FRESH + index,
  ),
  made('chats', chat),
];
