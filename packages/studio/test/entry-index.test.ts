import { createLlmCache, type LlmCache } from '@cached-llm/core';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { EntryIndex } from '../src/entries/index.ts';

const NOW = Date.UTC(2026, 10, 21, 12);
const MINUTE = 60_000;

let cache: LlmCache;
let now = NOW;
let index: EntryIndex;

const identity = (at: number) => ({
  provider: at % 2 === 0 ? 'openai' : 'anthropic',
  operation: 'chat',
  request: { model: `model-${at % 3}`, content: `question ${at}` },
});

beforeEach(async () => {
  now = NOW;
  cache = createLlmCache({ store: 'memory:', now: () => now });
  for (let at = 0; at < 60; at += 1) {
    now = NOW + at * MINUTE;
    const scope = at % 5 === 0 ? { scope: 'tenant' } : {};
    const ttl = at < 10 ? 1 : '1d';
    const tags = [`tag-${at % 4}`, 'all'];
    const options = { ttl, staleWhileRevalidate: '1d', tags, ...scope } as const;
    await cache.set({ ...identity(at) }, 'word '.repeat(at + 1), options);
  }
  now = NOW + 60 * MINUTE;
  index = new EntryIndex(cache, () => now);
  await index.refresh();
});
afterEach(() => cache.close());

const BY_AGE = { sort: 'stored', isDescending: true, offset: 0, limit: 100 } as const;
const agesOf = (page: ReturnType<EntryIndex['page']>) =>
  page.rows.map(({ storedAt }) => (now - storedAt) / MINUTE);

describe('the index of entries', () => {
  test.each([
    [{}, 60],
    [{ provider: 'openai' }, 30],
    [{ provider: 'nobody' }, 0],
    [{ tag: 'tag-1' }, 15],
    [{ tag: 'all', provider: 'openai' }, 30],
    [{ scope: 'tenant' }, 12],
    [{ scope: '' }, 48],
    [{ state: 'fresh' }, 50],
    [{ state: 'stale' }, 10],
    [{ state: 'expired' }, 0],
    [{ youngerThan: 10 * MINUTE }, 10],
    [{ olderThan: 51 * MINUTE }, 10],
    [{ olderThan: 51 * MINUTE, youngerThan: 55 * MINUTE }, 5],
    [{ text: 'TAG-3' }, 15],
    [{ text: 'AnThRo' }, 30],
    [{ text: '.*' }, 0],
    [{ text: '(' }, 0],
  ] as const)('the entries that meet %j are %d', async (query, count) => {
    const page = index.page(query, BY_AGE);
    expect([page.matching, page.rows.length, page.total]).toEqual([count, count, 60]);
    expect((await index.matchingNow(query)).length).toBe(count);
  });

  test('the smallest entries are left out by their size', () => {
    const sizes = index.page({}, { ...BY_AGE, sort: 'size' }).rows.map(({ bytes }) => bytes);
    const [largest = 0, second = 0] = sizes;
    expect(index.page({ largerThan: largest }, BY_AGE).matching).toBe(1);
    expect(index.page({ largerThan: second }, BY_AGE).matching).toBe(2);
  });

  test.each(['key', 'provider', 'model', 'stored', 'left', 'size'] as const)(
    'parts of the table sorted by %s are parts of one order',
    (sort) => {
      const ascending = { sort, isDescending: false, offset: 0, limit: 60 };
      const all = index.page({}, ascending).rows.map(({ key }) => key);
      expect(new Set(all).size).toBe(60);
      const reversed = index.page({}, { ...ascending, isDescending: true }).rows;
      expect(reversed.map(({ key }) => key)).toEqual(all.toReversed());
      for (const offset of [0, 7, 30, 58]) {
        const part = index.page({}, { ...ascending, offset, limit: 5 }).rows;
        expect(part.map(({ key }) => key)).toEqual(all.slice(offset, offset + 5));
      }
    },
  );

  test('the newest comes first', () => {
    expect(agesOf(index.page({}, { ...BY_AGE, limit: 3 }))).toEqual([1, 2, 3]);
  });

  test('what was removed here is gone at once, and stays away when a scan ends that had read it', async () => {
    const [first] = index.page({}, BY_AGE).rows;
    const scan = index.readAgain();
    index.change(new Map([[first?.key ?? '', undefined]]));
    expect(index.page({}, BY_AGE)).toMatchObject({ matching: 59, total: 59 });
    await scan;
    expect(index.page({}, BY_AGE)).toMatchObject({ matching: 59, total: 59 });
    await index.readAgain(); // it was never removed from the store
    expect(index.page({}, BY_AGE).total).toBe(60);
  });

  test('what matches now has what was stored after a scan had passed it', async () => {
    const { inspection } = cache;
    let asked: ReturnType<EntryIndex['matchingNow']> | undefined;
    const entries = async function* () {
      yield* inspection.entries();
      if (asked !== undefined) return;
      await cache.set({ ...identity(60) }, 'late', { tags: ['late'] });
      asked = late.matchingNow({ tag: 'late' });
    };
    const late = new EntryIndex({ inspection: { entries } as never }, () => now); // it reads no other member
    await late.readAgain();
    expect(await asked).toHaveLength(1);
  });

  test('nothing matches now where the store does not answer', async () => {
    let isAway = false;
    const { inspection } = cache;
    const rows = async function* () {
      yield* inspection.entries();
      if (isAway) throw new Error('away');
    };
    const failing = new EntryIndex({ inspection: { entries: rows } as never }, () => now); // it reads no other member
    expect((await failing.matchingNow({})).length).toBe(60);
    isAway = true;
    await expect(failing.matchingNow({})).rejects.toThrow('nothing was done: away');
    expect(failing.page({}, BY_AGE)).toMatchObject({ total: 60, error: 'away' });
  });

  test('tags with any characters stay what they are', async () => {
    await cache.set({ ...identity(61) }, 'one', { tags: ['x\0y'] });
    await cache.set({ ...identity(62) }, 'two', { tags: ['x', 'y'] });
    expect((await index.matchingNow({ tag: 'x\0y' })).length).toBe(1);
    expect((await index.matchingNow({ tag: 'x' })).length).toBe(1);
  });

  test('offers each name once, in order', () => {
    expect(index.names()).toEqual({
      providers: ['anthropic', 'openai'],
      models: ['model-0', 'model-1', 'model-2'],
      tags: ['all', 'tag-0', 'tag-1', 'tag-2', 'tag-3'],
    });
  });
});
