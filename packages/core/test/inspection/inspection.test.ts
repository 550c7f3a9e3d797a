import { createLlmCache } from '@cached-llm/core';
import { MemoryStore, type StoredEntry } from '@cached-llm/core/store';
import { manualClock } from '@cached-llm/testing';
import { expect, test } from '@jest/globals';
import { chunksOf } from '../trial.ts';

const OLD = 'an old secret of thirty-two characters';
const NEW = 'a newer secret of thirty-two characters';
const identity = (name: string, provider = 'tester') => ({
  provider,
  request: { name, model: 'm' },
});

function setUp() {
  const clock = manualClock();
  const store = new MemoryStore({ now: clock.now });
  return { clock, store, cache: createLlmCache({ store, now: clock.now, ttl: '1h' }) };
}

const states = (entries: readonly StoredEntry[]) => entries.map(({ state }) => state);

test('entries are listed one by one, each with the state that a look-up would find', async () => {
  const { cache, clock } = setUp();
  await cache.set(identity('a'), 'A', { ttl: '1m' });
  await cache.set(identity('b'), 'B', { ttl: '1m', staleWhileRevalidate: '1h' });
  await cache.set(identity('c'), 'C', { ttl: '1m', staleIfError: '1h' });
  await cache.set(identity('d'), 'D', { tags: ['old'] });
  await cache.set(identity('e'), 'E');
  await cache.invalidate({ tag: 'old' });
  clock.advance(90_000);
  const entries = await chunksOf(cache.inspection.entries());
  expect(states(entries)).toEqual(['expired', 'stale', 'fallback', 'invalidated', 'fresh']);
  expect(entries[4]).toMatchObject({ payload: '"E"', key: cache.keyOf(identity('e')) });
});

test('an entry is stale after its provider was expired', async () => {
  const { cache, clock } = setUp();
  await cache.set(identity('a'), 'A', { staleWhileRevalidate: '1h' });
  clock.advance(1_000);
  await cache.expire({ provider: 'tester' });
  expect(states(await chunksOf(cache.inspection.entries()))).toEqual(['stale']);
});

test.each([
  [{ provider: 'other' }, ['B']],
  [{ model: 'm', olderThan: 30_000 }, ['A']],
  [{ youngerThan: 30_000 }, ['B', 'C']],
  [{ tag: 'faq' }, ['C']],
  [{ scope: 'me' }, ['C']],
  [{ scope: '' }, ['A', 'B']],
  [{ largerThan: 100_000 }, []],
  [{ states: ['stale'] as const }, []],
])('a filter finds the entries that match all of %j', async (filter, expected) => {
  const { cache, clock } = setUp();
  await cache.set(identity('a'), 'A');
  clock.advance(60_000);
  await cache.set(identity('b', 'other'), 'B');
  await cache.set(identity('c'), 'C', { tags: ['faq'], scope: 'me' });
  const entries = await chunksOf(cache.inspection.entries(filter));
  expect(entries.map(({ payload }) => JSON.parse(payload))).toEqual(expected);
});

test('a filter with an unknown condition is refused, because every entry would match it', async () => {
  const { cache } = setUp();
  const filter = { provder: 'tester' };
  await expect(chunksOf(cache.inspection.entries(filter as object))).rejects.toThrow(
    'provder is not an option here. Did you mean provider?',
  );
});

test('rows of tags, of the ledger and of others are not listed as entries', async () => {
  const { cache, store } = setUp();
  await cache.set(identity('a'), 'A');
  await cache.get(identity('a'));
  await cache.invalidate({ tag: 'other' });
  await cache.ledger();
  store.set('cached-llm:2:other:abc', 'x');
  store.set('cached-llm:2:-:short', 'x');
  store.set('other:2:-:0000000000000000000000000000000000000000000', 'x');
  expect(await chunksOf(cache.inspection.rows())).toHaveLength(1);
});

test('a row that was damaged or moved is listed without an entry', async () => {
  const { cache, store } = setUp();
  const key = cache.keyOf(identity('a')) ?? '';
  await cache.set(identity('a'), 'A');
  const moved = key.replace(/.{4}$/, 'AAAA');
  store.set(moved, store.get(key) ?? '');
  store.set(key, '{"fingerprint":');
  const rows = await chunksOf(cache.inspection.rows());
  expect(new Map(rows.map((row) => [row.key, row]))).toEqual(
    new Map([
      [moved, { key: moved, bytes: expect.any(Number) }],
      [key, { key, bytes: 15 }],
    ]),
  );
  expect(await chunksOf(cache.inspection.entries())).toEqual([]);
  expect(await cache.inspection.entry(key)).toBeUndefined();
});

test('a row that an older secret encrypted is listed, and the row of an invalidated key is not', async () => {
  const { store } = setUp();
  const old = createLlmCache({ store, secret: OLD });
  await old.set(identity('a'), 'A');
  await old.set(identity('b'), 'B');
  const cache = createLlmCache({ store, secrets: [NEW, OLD] });
  await cache.set(identity('c'), 'C');
  await cache.invalidate({ key: cache.keyOf(identity('b')) ?? '' });
  const rows = await chunksOf(cache.inspection.rows());
  expect(rows.map(({ entry }) => entry?.payload).sort()).toEqual(['"A"', '"C"']);
  expect(await chunksOf(createLlmCache({ store }).inspection.entries())).toEqual([]);
});

test('an entry is restored with its payload, its scope and the rest of its ttl', async () => {
  const { cache, clock } = setUp();
  await cache.set(identity('a'), 'A', { tags: ['faq'], scope: 'me' });
  await cache.set(identity('b'), 'B', { ttl: '1m' });
  const [one, other] = await chunksOf(cache.inspection.entries());
  clock.advance(1_800_000);
  const target = new MemoryStore({ now: clock.now });
  const copy = createLlmCache({ store: target, now: clock.now, namespace: 'copy', secret: NEW });
  await copy.invalidate({ tag: 'faq' });
  expect(await copy.inspection.restore(one as StoredEntry)).toBe('restored');
  expect(await copy.inspection.restore(other as StoredEntry)).toBe('expired');
  expect(await copy.get(identity('a'), { scope: 'me' })).toBe('A');
  const key = copy.keyOf(identity('a'), { scope: 'me' }) ?? '';
  clock.advance(1_800_000 + 60_000);
  expect(target.get(key)).toBeUndefined();
});

test('an invalid entry is not restored', async () => {
  const { cache } = setUp();
  const header: any = { fingerprint: 1 };
  expect(await cache.inspection.restore({ header, payload: '""' })).toBe('no-entry');
});

test('a store that cannot list its rows causes an error', async () => {
  const rows = new Map<string, string>();
  const unlisted = createLlmCache({ store: rows });
  await expect(chunksOf(unlisted.inspection.entries())).rejects.toThrow('cannot list');
});

test('an inspection is not counted as a request', async () => {
  const { cache } = setUp();
  await cache.set(identity('a'), 'A');
  await chunksOf(cache.inspection.entries());
  await cache.inspection.entry(cache.keyOf(identity('a')) ?? '');
  expect(cache.stats()).toMatchObject({ requests: 0 });
});
