import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, describe, expect, test } from '@jest/globals';
import {
  type CacheOptions,
  cachedLlmCall,
  createLlmCache,
  type LlmCache,
} from '../../src/index.ts';
import { atEnd, endAll, SHARED_PLACES, urlOf } from './shared-places.ts';

const CALLS = 1_000;

afterEach(endAll);

interface Counts {
  upstream: number;
  stored: number;
  opened: number;
}

function startCache(options: CacheOptions, counts: Counts): LlmCache {
  const cache = createLlmCache(options);
  atEnd(() => cache.close());
  cache.on('stored', () => (counts.stored += 1));
  cache.on('breaker-open', () => (counts.opened += 1));
  return cache;
}

/** Makes the calls at once through each of the caches, which have one store, and counts what became of them. */
async function burst(options: readonly CacheOptions[]) {
  const counts = { upstream: 0, stored: 0, opened: 0 };
  const caches = options.map((each) => startCache(each, counts));
  const asks = caches.map((cache) =>
    cachedLlmCall(
      async function ask(number: number) {
        counts.upstream += 1;
        await delay(20);
        return `answer ${number}`;
      },
      { cache, provider: 'burst' },
    ),
  );
  const numbers = Array.from({ length: CALLS }, (_one, number) => number);
  const answers = await Promise.all(numbers.flatMap((number) => asks.map((ask) => ask(number))));
  await Promise.all(caches.map((cache) => cache.close())); // waits for the writes
  return { answers: new Set(answers).size, ...counts };
}

const ALL_STORED = { answers: CALLS, upstream: CALLS, stored: CALLS, opened: 0 };

describe.each(SHARED_PLACES)('a thousand different calls at once, on %s', (_what, openPlace) => {
  test('are all stored with the default options, and open no breaker', async () => {
    const store = await urlOf(openPlace);
    expect(await burst([{ store }])).toEqual(ALL_STORED);
    // They are found by the next process.
    expect(await burst([{ store }])).toEqual({ ...ALL_STORED, upstream: 0, stored: 0 });
  });

  test('from two caches make one upstream call for each key', async () => {
    const options = { store: await urlOf(openPlace), storeTimeout: '30s' } as const;
    expect(await burst([options, options])).toEqual(ALL_STORED);
  });
});
