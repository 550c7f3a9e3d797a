import { describe, expect, test } from '@jest/globals';
import { cachedLlmCall } from '../../src/index.ts';
import { QUESTION, startProvider, startTurns } from '../provider.ts';
import { settled, startTrial } from '../trial.ts';

describe('stats', () => {
  test('of a new cache are zero', () => {
    const { cache } = startTrial();
    const nothing = { saved: { usd: 0, unpriced: 0 }, spent: { usd: 0, unpriced: 0 } };
    const none = { input: 0, output: 0 };
    expect(cache.stats()).toEqual({
      ...{ hits: 0, stale: 0, misses: 0, bypasses: 0, collapsed: 0 },
      ...{ stored: 0, notAdmitted: 0, storeErrors: 0, isStoreAway: false, requests: 0 },
      ...{ hitRate: 0, missRate: 0, evictions: 0 },
      batches: { requests: 0, items: 0, hits: 0, stale: 0, collapsed: 0, misses: 0, hitRate: 0 },
      ...{ bypassesByReason: {}, notAdmittedByReason: {}, storeErrorsByOperation: {} },
      store: {
        ...{ usedEntries: 0, usedBytes: 0, utilization: 0 },
        ...{ maxEntries: 10_000, maxBytes: 64 * 1024 * 1024 },
      },
      time: { cached: { count: 0 }, uncached: { count: 0 }, saved: 0 },
      tokens: { saved: none, spent: none },
      cost: nothing,
    });
    expect(cache.stats({ by: 'model' })).toEqual([]);
  });

  test('count each request once, by its outcome', async () => {
    const { cache, clock } = startTrial({ ttl: '1m', staleWhileRevalidate: '1m' });
    const ask = cachedLlmCall(startProvider().ask, { cache, when: ({ live }) => live !== true });
    await ask(QUESTION); // a miss
    await settled();
    await ask(QUESTION); // a hit
    await ask({ ...QUESTION, live: true }); // a bypass
    await Promise.all([ask({ prompt: 'b' }), ask({ prompt: 'b' })]); // a miss, and a follower
    await settled();
    expect(cache.stats()).toMatchObject({ hits: 1, misses: 2, bypasses: 1, collapsed: 1 });
    expect(cache.stats()).toMatchObject({
      stored: 2,
      requests: 5,
      hitRate: 2 / 4,
      missRate: 2 / 4,
    });
    expect(cache.stats().store.usedEntries).toBe(2);
    clock.advance(60_000);
    await ask(QUESTION); // stale
    expect(cache.stats()).toMatchObject({ stale: 1, requests: 6 });
  });

  test('count a revalidation in the background as no request', async () => {
    const { cache, clock } = startTrial({ ttl: '1m', staleWhileRevalidate: '1m' });
    const ask = cachedLlmCall(startProvider().ask, { cache });
    await ask(QUESTION);
    await settled();
    clock.advance(60_000);
    await ask(QUESTION);
    await settled();
    expect(cache.stats()).toMatchObject({ requests: 2, misses: 1, stale: 1, hitRate: 0.5 });
  });

  test('count a call of a provider that fails as a miss, in every window', async () => {
    const { cache, clock } = startTrial({ ttl: '1m', staleIfError: '1m' });
    const refused = Object.assign(new Error('bad request'), { status: 400 });
    const ask = cachedLlmCall(startTurns('old', refused).ask, { cache });
    await ask(QUESTION);
    await settled();
    clock.advance(60_000);
    await expect(ask(QUESTION)).rejects.toBe(refused);
    expect(cache.stats()).toMatchObject({ requests: 2, misses: 2 });
  });

  test('include the size of the memory store, and its evictions', async () => {
    const { cache } = startTrial({ maxEntries: 2 });
    const ask = cachedLlmCall(startProvider().ask, { cache });
    for (const prompt of ['a', 'b', 'c', 'd']) await ask({ prompt });
    await settled();
    const { store, evictions } = cache.stats();
    expect([store.usedEntries, store.maxEntries, store.utilization, evictions]).toEqual([
      2, 2, 1, 2,
    ]);
    expect(store.usedBytes).toBeGreaterThan(0);
  });
});

describe('on', () => {
  test('returns a function that stops the listener', async () => {
    const { cache } = startTrial();
    const received: string[] = [];
    const stop = cache.on('miss', ({ provider }) => received.push(provider));
    const ask = cachedLlmCall(startProvider().ask, { cache });
    await ask({ prompt: 'a' });
    stop();
    await ask({ prompt: 'b' });
    expect(received).toEqual(['ask']);
  });

  test('passes key, provider and model to the listener', async () => {
    const { cache, events } = startTrial();
    const ask = cachedLlmCall(startProvider().ask, { cache, provider: 'openai' });
    const question = { prompt: 'p', model: 'gpt-5' };
    await ask(question);
    await settled();
    await ask(question);
    const call = { key: ask.keyOf(question), provider: 'openai', model: 'gpt-5' };
    expect(events).toEqual([
      { name: 'miss', event: call },
      { name: 'stored', event: { ...call, took: 0, bytes: expect.any(Number) } },
      { name: 'hit', event: { ...call, took: 0, age: 0, waited: expect.any(Number) } },
    ]);
  });
});
