import { redisStore } from '@cached-llm/store-redis';
import { sqliteStore } from '@cached-llm/store-sqlite';
import { manualClock, startRedis, temporaryFolder } from '@cached-llm/testing';
import { afterEach, describe, expect, test } from '@jest/globals';
import { Keyv } from 'keyv';
import { type Adapter, defaultAdapter } from '../../src/adapter.ts';
import { type CacheOptions, cachedLlmCall, createLlmCache } from '../../src/index.ts';
import { MemoryStore, type Store } from '../../src/store.ts';
import { atEnd, endAll } from '../processes/shared-places.ts';

afterEach(endAll);

const MEBIBYTE = 1024 * 1024;

/** Each has a bound of as many bytes. Redis needs that much for itself. */
const STORES: readonly (readonly [name: string, maxBytes: number, open: () => Promise<Store>])[] = [
  ['memory', MEBIBYTE, async () => new MemoryStore({ maxEntries: 100, maxBytes: MEBIBYTE })],
  [
    'a SQLite file',
    MEBIBYTE,
    async () => {
      const folder = await temporaryFolder();
      atEnd(() => folder.remove());
      return sqliteStore({ path: `${folder.path}/llm.db`, maxBytes: MEBIBYTE });
    },
  ],
  [
    'Redis',
    64 * MEBIBYTE,
    async () => {
      const server = await startRedis({ arguments: ['--maxmemory', '64mb'] });
      atEnd(() => server.stop());
      return redisStore(server.url);
    },
  ],
];

const adapter: Omit<Adapter, 'provider'> = {
  ...defaultAdapter,
  usageOf: () => ({ inputTokens: 100, outputTokens: 10, cost: 0.5 }),
};

function cacheOver(store: Store, options: CacheOptions = {}) {
  const clock = manualClock();
  const cache = createLlmCache({ store, now: clock.now, storeTimeout: '10s', ...options });
  atEnd(() => cache.close());
  const ask = async ({ prompt }: { readonly prompt: string }) => {
    clock.advance(800); // the duration of the call
    return `An answer to ${prompt}: água, 海`;
  };
  const asked = (provider: string) =>
    cachedLlmCall(ask, { cache, provider, adapter: { ...adapter, provider } });
  return { cache, clock, asked };
}

/** What is under the keys of entries, as a reader that knows nothing of a cache sees it. */
async function rowsOf(store: Store): Promise<readonly number[]> {
  const sizes: number[] = [];
  for await (const { key, value, bytes } of store.scan?.('') ?? []) {
    if (/^cached-llm:\d+:(-|[\w-]{43}):[\w-]{43}$/.test(key))
      sizes.push(bytes ?? Buffer.byteLength(value));
  }
  return sizes.sort((one, other) => other - one);
}

const sumOf = (numbers: readonly number[]) => numbers.reduce((sum, number) => sum + number, 0);

describe.each(STORES)('the figures of a cache over %s', (_name, maxBytes, open) => {
  test('are exact, field by field', async () => {
    const store = await open();
    const { cache, clock, asked } = cacheOver(store);
    const [one, other] = [asked('one'), asked('other')];
    await one.withInfo({ prompt: 'a' });
    await one.withInfo({ prompt: 'b' });
    await other.withInfo({ prompt: 'a' });
    await one({ prompt: 'a' });
    const measured = await cache.measure();
    clock.advance(60_000);
    const stats = cache.stats();

    expect(stats).toMatchObject({ hits: 1, misses: 3, hitRate: 1 / 4, missRate: 3 / 4 });
    expect(stats.evictions).toBe(0);
    expect(stats.time.uncached).toMatchObject({ count: 3, mean: 800 });
    expect(stats.time.cached.count).toBe(1);
    expect(stats.time.speedup).toBeCloseTo(800 / (stats.time.cached.mean ?? 0), 9);
    expect(stats.tokens.saved).toEqual({ input: 100, output: 10 });
    expect(stats.tokens.spent).toEqual({ input: 300, output: 30 });
    expect(stats.cost).toMatchObject({ saved: { usd: 0.5 }, spent: { usd: 1.5 } });

    expect(stats.store).toEqual(measured);
    const sizes = await rowsOf(store);
    expect(measured).toMatchObject({ entries: 3, bytes: sumOf(sizes), maxBytes });
    expect(measured.byProvider?.map(({ provider, entries }) => [provider, entries])).toEqual([
      ['one', 2],
      ['other', 1],
    ]);
    expect(sumOf((measured.byProvider ?? []).map(({ bytes }) => bytes))).toBe(sumOf(sizes));
    expect(measured.usedBytes).toBeGreaterThanOrEqual(sumOf(sizes));
    expect(measured.utilization).toBeCloseTo(
      Math.max((measured.usedBytes ?? 0) / maxBytes, (measured.usedEntries ?? 0) / 100),
      12,
    );
    expect(measured.measuredAt).toBe(clock.now() - 60_000);
    expect(await cache.summary()).toContain(
      `3 in ${sumOf(sizes).toLocaleString('en-US')} bytes (measured 60 s ago)`,
    );
  });

  test('say of an entry of another secret only that it is there', async () => {
    const store = await open();
    const secret = (text: string) => ({ secrets: [text.repeat(32)] });
    await cacheOver(store, secret('a')).asked('one').withInfo({ prompt: 'a' });
    const { cache } = cacheOver(store, secret('b'));
    const [row] = await rowsOf(store);
    expect((await cache.measure()).byProvider).toEqual([
      { provider: undefined, entries: 1, bytes: row },
    ]);
  });
});

describe('a measurement', () => {
  const slow = () => {
    const rows = new Map<string, string>();
    const store = {
      get: (key: string) => rows.get(key),
      set: (key: string, value: string) => rows.set(key, value) && true,
      delete: (key: string) => rows.delete(key),
      isBroken: false,
      async *scan() {
        if (store.isBroken) throw Object.assign(new Error('down'), { code: 'ECONNREFUSED' });
        for (const [key, value] of rows) yield { key, value };
      },
    };
    return store;
  };

  test('of a store that fails keeps the figures, says how old they are, and sends an event', async () => {
    const store = slow();
    const { cache, clock, asked } = cacheOver(store);
    const errors: unknown[] = [];
    cache.on('store-error', ({ operation, reason }) => errors.push([operation, reason]));
    await asked('one').withInfo({ prompt: 'a' });
    const first = await cache.measure();
    expect(first).toMatchObject({ entries: 1, measuredAt: clock.now() });
    store.isBroken = true;
    clock.advance(1_000);
    expect(await cache.measure()).toEqual(first);
    expect(errors).toEqual([['scan', 'ECONNREFUSED']]);
  });

  test('that its caller ends counts no part of the entries', async () => {
    const { cache, clock, asked } = cacheOver(slow());
    await asked('one').withInfo({ prompt: 'a' });
    expect(await cache.measure({ signal: AbortSignal.abort() })).toEqual({
      measuredAt: clock.now(),
    });
  });

  test('of a store that cannot list its rows says nothing of them', async () => {
    const { cache, clock, asked } = cacheOver(new Keyv());
    await asked('one').withInfo({ prompt: 'a' });
    expect(await cache.measure()).toEqual({ measuredAt: clock.now() });
    expect(await cache.summary()).toContain('entries      not measured');
  });

  test('counts no state of a tag, and no row of another namespace', async () => {
    const store = slow();
    const { cache, asked } = cacheOver(store, { namespace: 'one' });
    await cacheOver(store, { namespace: 'two' }).asked('one').withInfo({ prompt: 'a' });
    const tagged = asked('one').with({ tags: ['t'] });
    await tagged.withInfo({ prompt: 'a' });
    await cache.invalidate({ tag: 't' });
    expect(await cache.measure()).toMatchObject({ entries: 1 });
  });
});
