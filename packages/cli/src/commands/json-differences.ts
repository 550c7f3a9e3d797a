import { isFields } from '@cached-llm/core';

/** As many as anybody reads. */
const MOST = 20;

type Parts = ReadonlyMap<string, unknown>;

function partsOf(value: unknown): Parts | undefined {
  if (Array.isArray(value)) return new Map(value.map((part, index) => [`[${index}]`, part]));
  if (!isFields(value)) return undefined;
  return new Map(Object.entries(value).map(([name, part]) => [`.${name}`, part]));
}

function* differences(one: unknown, other: unknown, path: string): Generator<string> {
  const [first, second] = [partsOf(one), partsOf(other)];
  if (first === undefined || second === undefined) {
    if (JSON.stringify(one) !== JSON.stringify(other)) yield path.replace(/^\./, '') || 'all of it';
    return;
  }
  for (const name of new Set([...first.keys(), ...second.keys()])) {
    yield* differences(first.get(name), second.get(name), path + name);
  }
}

/** Where two values differ: the first of such places, by name. */
export function jsonDifferences(one: unknown, other: unknown): readonly string[] {
  const found: string[] = [];
  for (const path of differences(one, other, '')) {
    if (found.length === MOST) return [...found, '…'];
    found.push(path);
  }
  return found;
}
