/** Numbers from 0 to 1 that are the same in every run (mulberry32). */
function numbersFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

type Numbers = () => number;

/** Draws one of `keys` keys. The probability of each is inversely proportional to its rank. */
function zipf(keys: number, next: Numbers): Numbers {
  const weights = Array.from({ length: keys }, (_, rank) => 1 / (rank + 1));
  const sums: number[] = [];
  for (const weight of weights) sums.push((sums.at(-1) ?? 0) + weight);
  return () => {
    const wanted = next() * (sums.at(-1) ?? 0);
    return sums.findIndex((sum) => sum >= wanted);
  };
}

const times = (length: number, key: (index: number) => number) =>
  Array.from({ length }, (_, index) => key(index));

/** A suite of prompts that is run again and again. */
export const suite = (prompts: number, runs: number) =>
  times(prompts * runs, (index) => index % prompts);

/** Most requests are for a few keys, which change with time. */
export function shiftingPopularity(length: number): number[] {
  const draw = zipf(600, numbersFrom(1));
  return times(length, (index) => draw() + Math.floor(index / 40));
}

/** Every other request is for a key that never repeats. */
export function oneHitWonders(length: number): number[] {
  const draw = zipf(600, numbersFrom(2));
  return times(length, (index) => (index % 2 === 0 ? draw() : 1_000_000 + index));
}

/** Requests for a few keys, interrupted by long scans of new keys. */
export function scansBesideHotKeys(length: number): number[] {
  const draw = zipf(200, numbersFrom(3));
  return times(length, (index) => (index % 2_000 < 1_000 ? draw() : 1_000_000 + index));
}

/** Requests for recently used keys: their distance in the stack is distributed exponentially. */
export function recentAgain(length: number, meanDistance: number): number[] {
  const next = numbersFrom(4);
  const stack: number[] = [];
  let fresh = 0;
  return times(length, () => {
    const distance = Math.floor(-Math.log(1 - next()) * meanDistance);
    const isNew = next() < 0.15 || distance >= stack.length;
    const key = isNew ? fresh++ : (stack.splice(distance, 1)[0] ?? 0);
    stack.unshift(key);
    return key;
  });
}

/** Conversations that grow turn by turn. Most requests are new, but the last one or the whole conversation may be repeated. */
export function chats(length: number): number[] {
  const next = numbersFrom(5);
  const open: number[][] = times(40, () => 0).map(() => []);
  const requests: number[] = [];
  let fresh = 0;
  while (requests.length < length) {
    const chat = Math.floor(next() * open.length);
    const turns = open[chat] ?? [];
    const kind = next();
    if (kind < 0.15) requests.push(...turns.slice(-1));
    else if (kind < 0.2) requests.push(...turns);
    else requests.push(turns[turns.push(fresh++) - 1] ?? 0);
    if (next() < 0.08) open[chat] = [];
  }
  return requests.slice(0, length);
}

/** The percentage of the requests that LRU would have answered. */
export function hitRateOfLru(keys: readonly number[], maxEntries: number): number {
  const rows = new Set<number>();
  let hits = 0;
  for (const key of keys) {
    if (rows.delete(key)) hits += 1;
    rows.add(key);
    const [oldest] = rows;
    if (rows.size > maxEntries && oldest !== undefined) rows.delete(oldest);
  }
  return (100 * hits) / keys.length;
}
