import { existsSync } from 'node:fs';
import { stat, writeFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import type { SqliteStore } from '@cached-llm/store-sqlite';
import { expect, test } from '@jest/globals';
import { TestResources } from './resources.ts';

const resources = new TestResources();
const inFolder = (name: string) => `${resources.folder}/${name}`;

async function outcomesOf(store: SqliteStore): Promise<string[]> {
  const operations = [
    store.get('key'),
    store.getMany(['key', 'other']),
    store.set('key', 'value'),
    store.delete('key'),
    store.has('key'),
    store.clear(),
    store.count(''),
    store.sweep(),
    store.scan('').next(),
  ];
  return (await Promise.allSettled(operations)).map(({ status }) => status);
}

const ALL_REJECTED = Array(9).fill('rejected');

test('the write-ahead log is on', async () => {
  await resources.openStore().set('key', 'value');
  expect(await resources.query('PRAGMA journal_mode')).toEqual([{ journal_mode: 'wal' }]);
});

test('the file and its folders are made at the first use, and not before', async () => {
  const store = resources.openStore(inFolder('missing/folders/cache.db'));
  await delay(10);
  expect(existsSync(inFolder('missing'))).toBe(false);
  await store.set('key', 'value');
  expect(await store.get('key')).toBe('value');
  expect((await stat(inFolder('missing'))).mode & 0o777).toBe(0o700);
});

test('rows are read after the file is opened again', async () => {
  const first = resources.openStore();
  await first.set('key', 'value');
  await first.disconnect();
  expect(await resources.openStore().get('key')).toBe('value');
});

test('writes that were started before a disconnect are completed', async () => {
  const first = resources.openStore();
  const written = Promise.all([1, 2, 3].map((number) => first.set(`${number}`, 'value')));
  await first.disconnect();
  await written;
  expect(await resources.openStore().count('')).toBe(3);
});

test('two stores on one file write at once and lose nothing', async () => {
  const numbers = Array.from({ length: 300 }, (_, number) => number);
  const stores = [resources.openStore(), resources.openStore()];
  const write = (store: SqliteStore, name: number) =>
    Promise.all(numbers.map((number) => store.set(`${name}:${number}`, 'x'.repeat(2000))));
  await Promise.all(stores.map(write));
  expect(await resources.openStore().count('')).toBe(600);
});

test('every operation on a path that cannot be opened rejects, and no rejection is unhandled', async () => {
  const unhandled: unknown[] = [];
  const listener = (reason: unknown) => unhandled.push(reason);
  process.on('unhandledRejection', listener);
  await writeFile(inFolder('file'), '');
  expect(await outcomesOf(resources.openStore(inFolder('file/inside/cache.db')))).toEqual(
    ALL_REJECTED,
  );
  expect(await outcomesOf(resources.openStore(resources.folder))).toEqual(ALL_REJECTED);
  await delay(20);
  process.off('unhandledRejection', listener);
  expect(unhandled).toEqual([]);
});

test('after a disconnect every operation rejects, and another disconnect does nothing', async () => {
  const store = resources.openStore();
  await store.set('key', 'value');
  await Promise.all([store.disconnect(), store.disconnect()]);
  await store.disconnect();
  await expect(store.get('key')).rejects.toThrow('disconnected');
  await expect(store.set('key', 'value')).rejects.toThrow('disconnected');
});

test('a store that never opened may be disconnected', async () => {
  await writeFile(inFolder('file'), '');
  const broken = resources.openStore(inFolder('file/cache.db'));
  await broken.get('key').catch(() => {});
  await broken.disconnect();
  await resources.openStore(inFolder('unused.db')).disconnect();
  expect(existsSync(inFolder('unused.db'))).toBe(false);
});

test('reading an expired row does not delete it, because a fresh one may just be written', async () => {
  const store = resources.openStore();
  await store.set('key', 'value', 1);
  await delay(5);
  expect([await store.get('key'), await store.has('key')]).toEqual([undefined, false]);
  expect(await store.getMany(['key'])).toEqual([undefined]);
  expect(await resources.query('SELECT count(*) AS rows FROM cached_llm')).toEqual([{ rows: 1 }]);
});

test('`count` counts the live rows whose key starts with exactly that prefix', async () => {
  const store = resources.openStore();
  for (const key of ['a_b:1', 'a_b:2', 'aXb:1', '%:1', 'a_b']) await store.set(key, 'value');
  await store.set('a_b:3', 'value', 1);
  await delay(5);
  expect(await store.count('a_b:')).toBe(2);
  expect(await store.count('%')).toBe(1);
  expect(await store.count('')).toBe(5);
});

test('rows of another table in the same file are not changed', async () => {
  const store = resources.openStore();
  await store.set('key', 'ours');
  await resources.query("CREATE TABLE other AS SELECT 'theirs' AS value");
  await store.clear();
  expect(await store.get('key')).toBe(undefined);
  expect(await resources.query('SELECT * FROM other')).toEqual([{ value: 'theirs' }]);
});

test('a value that is not a string is refused', async () => {
  const store = resources.openStore(':memory:');
  // The type forbids it, but JavaScript allows it.
  await expect(store.set('key', 5 as never)).rejects.toThrow('strings, not number');
});

test.each([0, 1, 7, 8, 9, 2_000])(
  '`getMany` of %i keys returns the row of each key, or undefined, also for a key that is given twice',
  async (count) => {
    const store = resources.openStore();
    const keys = Array.from({ length: count }, (_, index) => `key ${index % 1_500}`);
    const stored = new Set(keys.filter((_, index) => index % 3 !== 0).slice(0, 20));
    for (const key of stored) await store.set(key, `text of ${key}`);
    const expected = keys.map((key) => (stored.has(key) ? `text of ${key}` : undefined));
    expect(await store.getMany(keys)).toEqual(expected);
  },
);
