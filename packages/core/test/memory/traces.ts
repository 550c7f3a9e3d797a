import { seededNumbers } from '@cached-llm/testing';

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
  const draw = zipf(600, seededNumbers(1));
  return times(length, (index) => draw() + Math.floor(index / 40));
}

/** Every other request is for a key that never repeats. */
export function oneHitWonders(length: number): number[] {
  const draw = zipf(600, seededNumbers(2));
  return times(length, (index) => (index % 2 === 0 ? draw() : 1_000_000 + index));
}

/** Requests for a few keys, interrupted by long scans of new keys. */
export function scansBesideHotKeys(length: number): number[] {
  const draw = zipf(200, seededNumbers(3));
  return times(length, (index) => (index % 2_000 < 1_000 ? draw() : 1_000_000 + index));
}

/** Requests for recently used keys: their distance in the stack is distributed exponentially. */
export function recentAgain(length: number, meanDistance: number): number[] {
  const next = seededNumbers(4);
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
  const next = seededNumbers(5);
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

export interface SizedRequest {
  readonly key: number;
  /** The length of the answer. */
  readonly length: number;
}

/** A quarter of the lengths of chats, vectors and results of tools. */
const LENGTHS = [125, 250, 500, 500, 500, 1_536, 1_536, 7_500, 25_000];

/** The length of an answer does not depend on how popular its request is. It can change from version to version. */
function lengthOf(key: number, version = 0): number {
  const mixed = Math.imul(key * 31 + version + 1, 0x9e3779b1) >>> 8;
  return LENGTHS[mixed % LENGTHS.length] ?? 0;
}

const sized = (keys: readonly number[]): SizedRequest[] =>
  keys.map((key) => ({ key, length: lengthOf(key) }));

/** A suite of prompts that is run again and again, whose answers change in size now and then. */
function suiteOfChangingAnswers(prompts: number, runs: number): SizedRequest[] {
  const versionOf = (key: number, run: number) => Math.floor(run / (3 + (key % 7)));
  return suite(prompts, runs).map((key, index) => ({
    key,
    length: lengthOf(key, versionOf(key, Math.floor(index / prompts))),
  }));
}

/** Requests for a few short answers, interrupted by scans of documents that are embedded once. */
function chatsBesideVectors(length: number): SizedRequest[] {
  return scansBesideHotKeys(length).map((key) => ({
    key,
    length: key < 1_000_000 ? 500 : 1_536,
  }));
}

/** Traffic whose answers differ in size. */
export const sizedTraces = (): [string, SizedRequest[]][] => [
  ['popularity that shifts', sized(shiftingPopularity(20_000))],
  ['a suite', sized(suite(400, 50))],
  ['a suite whose answers change in size', suiteOfChangingAnswers(400, 50)],
];

/** Traffic that LRU suits, or that leaves little to win. */
export const sizedTracesForLru = (): [string, SizedRequest[]][] => [
  ['one-hit wonders', sized(oneHitWonders(20_000))],
  ['chats beside vectors', chatsBesideVectors(20_000)],
  ['chats', sized(chats(20_000))],
  ['short distances', sized(recentAgain(20_000, 30))],
];

/** How many of the requests LRU would not have answered, in a store of so many bytes. */
export function missesOfLru(
  requests: readonly SizedRequest[],
  room: number,
  sizeOf: (request: SizedRequest) => number,
): number {
  const rows = new Map<number, number>();
  let bytes = 0;
  let misses = 0;
  for (const request of requests) {
    const before = rows.get(request.key);
    const size = before ?? sizeOf(request);
    if (before === undefined) misses += 1;
    if (before === undefined) bytes += size;
    rows.delete(request.key);
    rows.set(request.key, size);
    for (const [key, oldest] of rows) {
      if (bytes <= room) break;
      rows.delete(key);
      bytes -= oldest;
    }
  }
  return misses;
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
