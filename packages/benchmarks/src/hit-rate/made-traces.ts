import type { Trace } from './trace.ts';

/** Numbers from 0 to 1, the same in every run (mulberry32). */
function numbersFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A rank from 0 on, each in inverse proportion to itself (by the inverse of the harmonic sum, nearly). */
const rankOf = (keys: number, random: number) => Math.floor((keys + 1) ** random) - 1;

function made(name: string, keyOf: (index: number, next: () => number) => number): Trace {
  const next = numbersFrom(name.length);
  const accesses = Array.from({ length: 100_000 }, (_, index) => ({
    key: `${keyOf(index, next)}`,
  }));
  return { name, accesses };
}

const FRESH = 1_000_000;

/** Requests that come again only shortly after: chats whose last turn is sent again. */
function chat(index: number, next: () => number): number {
  const isAgain = next() < 0.2;
  return isAgain ? Math.max(0, index - 1 - Math.floor(-Math.log(1 - next()) * 4_000)) : index;
}

/** What the prompt suite is not. */
export const madeTraces = (): Trace[] => [
  made('shifting popularity', (index, next) => rankOf(5_000, next()) + Math.floor(index / 50)),
  made('one-hit wonders', (index, next) => (next() < 0.5 ? FRESH + index : rankOf(3_000, next()))),
  made('hot set and scans', (index, next) =>
    index % 4_000 < 2_000 ? rankOf(500, next()) : FRESH + index,
  ),
  made('chats', chat),
];
