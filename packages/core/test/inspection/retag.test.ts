import { join } from 'node:path';
import { redisStore } from '@cached-llm/store-redis';
import { sqliteStore } from '@cached-llm/store-sqlite';
import {
  type RedisServer,
  startRedis,
  type TemporaryFolder,
  temporaryFolder,
} from '@cached-llm/testing';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import Keyv from 'keyv';
import { type CacheOptions, createLlmCache, type LlmCache } from '../../src/index.ts';
import { MemoryStore } from '../../src/store.ts';

let folder: TemporaryFolder;
let redis: RedisServer;
beforeAll(async () => {
  folder = await temporaryFolder();
  redis = await startRedis();
});
afterAll(async () => {
  await redis.stop();
  await folder.remove();
});

let count = 0;
const fileOf = () => join(folder.path, `retag-${count}.db`);

/** Each opens the same rows once more, as another process does. */
const PLACES: readonly (readonly [string, () => CacheOptions])[] = [
  ['SQLite', () => ({ store: sqliteStore(fileOf()) })],
  ['Redis', () => ({ store: redisStore(redis.url) })],
  ['memory before Redis', () => ({ tiers: ['memory:', redisStore(redis.url)] })],
  ['memory before SQLite', () => ({ tiers: ['memory:', sqliteStore(fileOf())] })],
];

const NOW = Date.UTC(2026, 10, 21, 12);
const IDENTITY = {
  provider: 'openai',
  operation: 'chat',
  request: { model: 'gpt-4o', q: 'the sea' },
};

/** Waits, as a program does between a change elsewhere and its own look-up, for what memory before a store trusts. */
let now = NOW;
const later = () => {
  now += 2_000;
};

function opened(place: () => CacheOptions): LlmCache {
  return createLlmCache({
    ...place(),
    namespace: `retag-${count}`,
    ttl: '1h',
    staleWhileRevalidate: '1h',
    now: () => now,
    storeTimeout: '30s',
    ledger: false,
  });
}

const tagsOf = async (cache: LlmCache, key: string) =>
  (await cache.inspection.entry(key))?.header.tags ?? [];

describe.each([['memory', undefined] as const, ...PLACES])('retag on %s', (_name, place) => {
  let one: LlmCache;
  let other: LlmCache;
  let key: string;
  const put = async (tags: readonly string[], text = 'salt') => {
    expect(await one.set(IDENTITY, text, { tags: [...tags] })).toBe(true);
  };
  beforeEach(async () => {
    count += 1;
    now = NOW;
    const store = new MemoryStore();
    one = opened(place ?? (() => ({ store })));
    other = place === undefined ? one : opened(place);
    key = one.keyOf(IDENTITY) ?? '';
  });
  afterEach(async () => {
    await one.close();
    if (other !== one) await other.close();
  });

  test('adds and removes tags of one entry, and leaves its answer and its times', async () => {
    await put(['a', 'b']);
    const before = await one.inspection.entry(key);
    later();
    expect(await one.inspection.retag(key, { add: ['c', 'c'], remove: ['a'] })).toBe('retagged');
    const after = await other.inspection.entry(key);
    expect(after?.header.tags).toEqual(['b', 'c']);
    const { tags: _, generations: __, ...header } = before?.header ?? {};
    expect(after).toMatchObject({ payload: before?.payload, state: 'fresh', header });
    expect(await other.get(IDENTITY)).toBe('salt');
    expect(await one.get(IDENTITY)).toBe('salt');
  });

  test('removes the last tag', async () => {
    await put(['a']);
    expect(await one.inspection.retag(key, { remove: ['a'] })).toBe('retagged');
    expect(await tagsOf(other, key)).toEqual([]);
    expect(await other.get(IDENTITY)).toBe('salt');
  });

  test('an entry is invalidated and expired by its new tags, and not by its former ones', async () => {
    await put(['a']);
    await one.inspection.retag(key, { add: ['b'], remove: ['a'] });
    expect(await other.invalidate({ tag: 'a' })).toBe(true);
    later();
    expect([await one.get(IDENTITY), await other.get(IDENTITY)]).toEqual(['salt', 'salt']);
    expect(await other.expire({ tag: 'b' })).toBe(true);
    later();
    expect((await one.inspection.entry(key))?.state).toBe('stale');
    expect(await other.invalidate({ tag: 'b' })).toBe(true);
    later();
    expect([await one.get(IDENTITY), await other.get(IDENTITY)]).toEqual([undefined, undefined]);
  });

  test.each([
    ['its tag', { tag: 'a' }],
    ['its model', { model: 'gpt-4o' }],
    ['its provider', { provider: 'openai' }],
    ['its namespace', { namespace: true }],
  ] as const)('an entry that was invalidated by %s stays invalid', async (_what, selection) => {
    await put(['a']);
    expect(await other.invalidate(selection)).toBe(true);
    expect(await one.inspection.retag(key, { add: ['b'], remove: ['a'] })).toBe('invalidated');
    later();
    expect([await one.get(IDENTITY), await other.get(IDENTITY)]).toEqual([undefined, undefined]);
  });

  test('an entry that was invalidated by its key is absent', async () => {
    await put(['a']);
    expect(await other.invalidate({ key })).toBe(true);
    expect(await one.inspection.retag(key, { add: ['b'] })).toBe('absent');
    expect(await one.get(IDENTITY)).toBeUndefined();
  });

  test('an entry that a tag made stale is not fresh again without the tag', async () => {
    await put(['a']);
    expect(await other.expire({ tag: 'a' })).toBe(true);
    expect(await one.inspection.retag(key, { remove: ['a'] })).toBe('retagged');
    later();
    expect((await other.inspection.entry(key))?.state).toBe('stale');
  });

  test('an entry gets no tag that was invalidated before, because the answer may be older', async () => {
    await put(['a']);
    expect(await other.invalidate({ tag: 'b' })).toBe(true);
    expect(await one.inspection.retag(key, { add: ['b'] })).toBe('used-tag');
    expect(await tagsOf(one, key)).toEqual(['a']);
  });

  test('what a tag loses and gets again after its invalidation is not valid for callers with that tag', async () => {
    await put(['a']);
    await one.inspection.retag(key, { remove: ['a'] });
    expect(await other.invalidate({ tag: 'a' })).toBe(true);
    expect(await one.inspection.retag(key, { add: ['a'] })).toBe('used-tag');
    later();
    expect(await other.get(IDENTITY, { tags: ['a'] })).toBeUndefined();
  });

  test('a newer answer that another process stores meanwhile stays', async () => {
    await put(['a'], 'older');
    later();
    const retagging = one.inspection.retag(key, { add: ['b'] });
    await other.set(IDENTITY, 'newer', { tags: ['a'] });
    await retagging;
    later();
    expect([await one.get(IDENTITY), await other.get(IDENTITY)]).toEqual(['newer', 'newer']);
  });

  test('invalidations by others while the tags change are never lost', async () => {
    for (const selection of [{ key: '' }, { tag: 'a' }, { model: 'gpt-4o' }] as const) {
      for (let round = 0; round < 5; round += 1) {
        await put(['b', `round-${round}`]);
        const retagging = one.inspection.retag(key, { add: [`more-${round}`], remove: ['b'] });
        const isDone = await other.invalidate('key' in selection ? { key } : selection);
        expect(isDone).toBe(true);
        await retagging;
        later();
        // The entry never had the tag a.
        const isServed = 'tag' in selection;
        expect([await one.get(IDENTITY), await other.get(IDENTITY)]).toEqual(
          isServed ? ['salt', 'salt'] : [undefined, undefined],
        );
      }
    }
  });

  test('an entry that lost a tag in the moment of its invalidation is not served where retag says so', async () => {
    for (let round = 0; round < 5; round += 1) {
      await put(['b', 'c']);
      const retagging = one.inspection.retag(key, { remove: ['b'] });
      await other.invalidate({ tag: 'b' });
      const result = await retagging;
      later();
      const isServed = (await other.get(IDENTITY)) !== undefined;
      expect(['retagged', 'invalidated']).toContain(result);
      expect([result, isServed]).toEqual([result, result === 'retagged']);
    }
  });

  test('two changes of one entry at the same time are both done', async () => {
    await put(['a']);
    const done = [one, other, one, other].map((cache, at) =>
      cache.inspection.retag(key, { add: [`tag-${at}`] }),
    );
    expect(await Promise.all(done)).toEqual(['retagged', 'retagged', 'retagged', 'retagged']);
    expect((await tagsOf(one, key)).toSorted()).toEqual(['a', 'tag-0', 'tag-1', 'tag-2', 'tag-3']);
  });

  test('says why it changes nothing', async () => {
    expect(await one.inspection.retag(key, { add: ['a'] })).toBe('absent');
    await put(['a']);
    expect(await one.inspection.retag(key, { add: ['a'], remove: ['b'] })).toBe('unchanged');
    now += 3 * 3_600_000;
    expect(['absent', 'expired']).toContain(await one.inspection.retag(key, { add: ['b'] }));
  });
});

const [NEWEST, OLDER] = ['n'.repeat(32), 'o'.repeat(32)] as const;

describe('retag', () => {
  test('refuses a store that cannot replace a row in one step', async () => {
    const cache = createLlmCache({ store: new Keyv({ store: new Slow() }) });
    await cache.set(IDENTITY, 'salt', { tags: ['a'] });
    const key = cache.keyOf(IDENTITY) ?? '';
    expect(await cache.inspection.retag(key, { add: ['b'] })).toBe('not-atomic');
    expect(await cache.get(IDENTITY)).toBe('salt');
    await cache.close();
  });

  test('refuses an entry of an older secret, and changes one of the newest', async () => {
    const store = new MemoryStore();
    const older = createLlmCache({ store, secret: OLDER });
    await older.set(IDENTITY, 'salt', { tags: ['a'] });
    const key = older.keyOf(IDENTITY) ?? '';
    expect(await older.inspection.retag(key, { add: ['b'] })).toBe('retagged');
    const newest = createLlmCache({ store, secrets: [NEWEST, OLDER] });
    expect(await newest.inspection.retag(key, { add: ['c'] })).toBe('older-secret');
    expect(await newest.get(IDENTITY)).toBe('salt');
    expect(await newest.invalidate({ tag: 'b' })).toBe(true);
    expect(await newest.get(IDENTITY)).toBeUndefined();
  });
});

/** An adapter of Keyv as others write them. */
class Slow {
  readonly #rows = new Map<string, unknown>();
  opts = {};
  async get(key: string) {
    return this.#rows.get(key);
  }
  async set(key: string, value: unknown) {
    this.#rows.set(key, value);
  }
  async delete(key: string) {
    return this.#rows.delete(key);
  }
  async clear() {
    this.#rows.clear();
  }
}
