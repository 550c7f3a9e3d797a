import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describeWithFixtures } from '@cached-llm/testing';
import { describe, expect, test } from '@jest/globals';
import { MemoryStore } from '../../src/memory/memory-store.ts';
import {
  chats,
  hitRateOfLru,
  missesOfLru,
  oneHitWonders,
  recentAgain,
  type SizedRequest,
  scansBesideHotKeys,
  shiftingPopularity,
  sizedTraces,
  sizedTracesForLru,
  suite,
} from './traces.ts';

/** The percentage of the requests that a store answers when each miss is stored. */
function hitRate(
  keys: readonly number[],
  store: MemoryStore,
  answerTo: (key: number) => string = () => 'answer',
): number {
  let hits = 0;
  for (const key of keys) {
    if (store.get(`key ${key}`) !== undefined) hits += 1;
    else store.set(`key ${key}`, answerTo(key));
  }
  return (100 * hits) / keys.length;
}

describe('a suite that is run again and again', () => {
  test.each([
    [25, 10],
    [50, 30],
    [75, 55],
  ])(
    'in a store of %i %% of its prompts, of which LRU answers none, hits %i %%',
    (percent, least) => {
      const keys = suite(400, 40);
      const maxEntries = 4 * percent;
      expect(hitRateOfLru(keys, maxEntries)).toBe(0);
      expect(hitRate(keys, new MemoryStore({ maxEntries }))).toBeGreaterThan(least);
    },
  );

  test('has hits in more than 30 % where the store is bounded by bytes and answers differ in size', () => {
    const keys = suite(400, 40);
    const store = new MemoryStore({ maxBytes: 600_000 });
    const rate = hitRate(keys, store, (key) => 'x'.repeat(key % 10 === 0 ? 10_000 : 1_000));
    expect(rate).toBeGreaterThan(30);
    expect(store.measure().usedBytes).toBeLessThanOrEqual(600_000);
  });

  test('has hits in more than 30 % after chats', () => {
    const store = new MemoryStore({ maxEntries: 200 });
    hitRate(chats(10_000), store);
    const keys = suite(400, 60).map((key) => key + 1_000_000);
    expect(hitRate(keys, store)).toBeGreaterThan(30);
  });
});

describe('traffic that repeats recent requests', () => {
  const traces: readonly [string, number[]][] = [
    ['popularity that shifts', shiftingPopularity(20_000)],
    ['one-hit wonders', oneHitWonders(20_000)],
    ['scans beside hot keys', scansBesideHotKeys(20_000)],
    ['short distances', recentAgain(20_000, 30)],
    ['long distances', recentAgain(20_000, 300)],
    ['chats', chats(20_000)],
    ['chats after a suite', [...suite(400, 25), ...chats(20_000).map((key) => key + 1_000)]],
  ];
  const cases = traces.flatMap(([name, keys]) =>
    [10, 30, 100, 1_000].map((maxEntries) => [name, maxEntries, keys] as const),
  );

  test.each(cases)('as %s, in %i rows, has no fewer hits than LRU', (_name, maxEntries, keys) => {
    const rate = hitRate(keys, new MemoryStore({ maxEntries }));
    expect(rate).toBeGreaterThan(hitRateOfLru(keys, maxEntries) - 1);
  });
});

describe('answers that differ in size, in a store of a share of their bytes', () => {
  const texts = new Map<number, string>();

  function textOf(length: number): string {
    const text = texts.get(length) ?? 'x'.repeat(length);
    texts.set(length, text);
    return text;
  }

  const empty = new MemoryStore();
  empty.set('key 1', '');
  const around = empty.measure().usedBytes - '1'.length;

  const sizeOf = ({ key, length }: SizedRequest) => around + `${key}`.length + length;

  function missesOf(requests: readonly SizedRequest[], maxBytes: number): number {
    const store = new MemoryStore({ maxBytes });
    let misses = 0;
    let most = 0;
    for (const { key, length } of requests) {
      if (store.get(`key ${key}`) !== undefined) continue;
      misses += 1;
      store.set(`key ${key}`, textOf(length));
      most = Math.max(most, store.measure().usedBytes);
    }
    expect(most).toBeLessThanOrEqual(maxBytes);
    return misses;
  }

  function roomOf(requests: readonly SizedRequest[], percent: number): number {
    const sizes = new Map(requests.map((request) => [request.key, sizeOf(request)]));
    return Math.round(([...sizes.values()].reduce((sum, size) => sum + size, 0) * percent) / 100);
  }

  function ratioOf(requests: readonly SizedRequest[], percent: number): number {
    const room = roomOf(requests, percent);
    return missesOf(requests, room) / missesOfLru(requests, room, sizeOf);
  }

  test.each(sizedTraces())(
    'as %s, have at least 10 %% fewer misses than LRU',
    (_name, requests) => {
      for (const percent of [5, 10, 25]) expect(ratioOf(requests, percent)).toBeLessThan(0.9);
    },
  );

  test.each(sizedTracesForLru())(
    'as %s, have at most 1 %% more misses than LRU',
    (_name, requests) => {
      for (const percent of [5, 10, 25]) expect(ratioOf(requests, percent)).toBeLessThan(1.01);
    },
  );
});

describe('a request that comes once', () => {
  test('does not evict requests that come often', () => {
    const rate = (maxEntries: number) =>
      hitRate(oneHitWonders(20_000), new MemoryStore({ maxEntries }));
    const lru = (maxEntries: number) => hitRateOfLru(oneHitWonders(20_000), maxEntries);
    expect(rate(30)).toBeGreaterThan(lru(30) + 4);
    expect(rate(100)).toBeGreaterThan(lru(100) + 4);
  });

  test('does not evict many small answers that come often by one large answer', () => {
    const store = new MemoryStore({ maxBytes: 100_000 });
    hitRate(suite(400, 40), store, () => 'x'.repeat(250)); // after a suite that does not fit, the store retains frequent rows
    const before = store.measure().usedEntries;
    store.set('large', 'x'.repeat(60_000));
    expect(store.measure().usedEntries).toBeGreaterThan(before / 2);
  });
});

describeWithFixtures({ describe, test }, 'the prompt suite of a real project', (folder) => {
  const lines = readFileSync(join(folder, 'trace', 'prompts-suite.jsonl'), 'utf8').trim();
  const keys: number[] = lines.split('\n').flatMap((line) => JSON.parse(line).keys);
  const distinct = new Set(keys).size;

  test.each([
    [10, 21],
    [50, 69],
    [75, 92],
  ])('in a store of %i %% of its prompts hits %i %%', (percent, least) => {
    const store = new MemoryStore({ maxEntries: Math.round((distinct * percent) / 100) });
    expect(hitRate(keys, store)).toBeGreaterThanOrEqual(least);
  });
});
