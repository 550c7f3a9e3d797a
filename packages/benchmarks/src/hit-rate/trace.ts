import { existsSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fixturesFolder } from '@cached-llm/testing';

export interface Access {
  readonly key: string;
  /** @default one entry is as large as the other */
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

/** A file of requests in their order: a key a line, and, where they differ, the bytes of its answer: `key,bytes`. */
export function traceIn(path: string): Trace {
  const lines = readFileSync(path, 'utf8')
    .split('\n')
    .map((line) => line.trim());
  return { name: basename(path), accesses: lines.filter((line) => line !== '').map(accessIn) };
}

/** A prompt suite that was run again after each change for three years; nothing where it is not at hand. */
export function promptSuite(): Trace[] {
  const path = join(fixturesFolder() ?? '', 'trace', 'prompts-suite.jsonl');
  if (!existsSync(path)) return [];
  const runs: { keys: number[] }[] = readFileSync(path, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  const accesses = runs.flatMap(({ keys }) => keys.map((key) => ({ key: `${key}` })));
  return [{ name: 'prompt suite', accesses }];
}
