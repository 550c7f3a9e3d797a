import { existsSync } from 'node:fs';
import { stat, writeFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { type SqliteStore, sqliteStore } from '@cached-llm/store-sqlite';
import { type TemporaryFolder, temporaryFolder } from '@cached-llm/testing';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { KeyvSqlite } from '@keyv/sqlite';

let folder: TemporaryFolder;
let opened: SqliteStore[];

beforeEach(async () => {
  folder = await temporaryFolder();
  opened = [];
});

afterEach(async () => {
  await Promise.all(opened.map((store) => store.disconnect()));
  await folder.remove();
});

function open(...options: Parameters<typeof sqliteStore>): SqliteStore {
  const store = sqliteStore(...options);
  opened.push(store);
  return store;
}

const inFolder = (name: string) => `${folder.path}/${name}`;

async function query(path: string, sql: string): Promise<Record<string, unknown>[]> {
  const database = new KeyvSqlite({ uri: path, table: 'other' });
  const rows = await database.query(sql);
  await database.disconnect();
  return rows;
}

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
  const path = inFolder('cache.db');
  await open(path).set('key', 'value');
  expect(await query(path, 'PRAGMA journal_mode')).toEqual([{ journal_mode: 'wal' }]);
});

test('nothing is made before the first use, and then the missing folders are', async () => {
  const path = inFolder('missing/folders/cache.db');
  const store = open(path);
  await delay(10);
  expect(existsSync(inFolder('missing'))).toBe(false);
  await store.set('key', 'value');
  expect(await store.get('key')).toBe('value');
  expect((await stat(inFolder('missing'))).mode & 0o777).toBe(0o700);
});

test('rows are there after the file is opened again', async () => {
  const path = inFolder('cache.db');
  const first = open(path);
  await first.set('key', 'value');
  await first.disconnect();
  expect(await open(path).get('key')).toBe('value');
});

test('writes asked for before a disconnect are made', async () => {
  const path = inFolder('cache.db');
  const first = open(path);
  const written = Promise.all([1, 2, 3].map((number) => first.set(`${number}`, 'value')));
  await first.disconnect();
  await written;
  expect(await open(path).count('')).toBe(3);
});

test('two stores on one file write at once without loss', async () => {
  const path = inFolder('cache.db');
  const numbers = Array.from({ length: 300 }, (_, number) => number);
  const stores = [open(path), open(path)];
  const write = (store: SqliteStore, name: number) =>
    Promise.all(numbers.map((number) => store.set(`${name}:${number}`, 'x'.repeat(2000))));
  await Promise.all(stores.map(write));
  expect(await open(path).count('')).toBe(600);
});

test('a path that cannot be written rejects every operation, and nobody else hears of it', async () => {
  const unhandled: unknown[] = [];
  const listener = (reason: unknown) => unhandled.push(reason);
  process.on('unhandledRejection', listener);
  await writeFile(inFolder('file'), '');
  expect(await outcomesOf(open(inFolder('file/inside/cache.db')))).toEqual(ALL_REJECTED);
  expect(await outcomesOf(open(folder.path))).toEqual(ALL_REJECTED);
  await delay(20);
  process.off('unhandledRejection', listener);
  expect(unhandled).toEqual([]);
});

test('after a disconnect every operation rejects, and another disconnect does nothing', async () => {
  const store = open(inFolder('cache.db'));
  await store.set('key', 'value');
  await Promise.all([store.disconnect(), store.disconnect()]);
  await store.disconnect();
  await expect(store.get('key')).rejects.toThrow('disconnected');
  await expect(store.set('key', 'value')).rejects.toThrow('disconnected');
});

test('a store that never opened may be disconnected', async () => {
  await writeFile(inFolder('file'), '');
  const broken = open(inFolder('file/cache.db'));
  await broken.get('key').catch(() => {});
  await broken.disconnect();
  await open(inFolder('unused.db')).disconnect();
  expect(existsSync(inFolder('unused.db'))).toBe(false);
});

test('reading an expired row does not delete it: a fresh one may just be written', async () => {
  const path = inFolder('cache.db');
  const store = open(path);
  await store.set('key', 'value', 1);
  await delay(5);
  expect([await store.get('key'), await store.has('key')]).toEqual([undefined, false]);
  expect(await store.getMany(['key'])).toEqual([undefined]);
  expect(await query(path, 'SELECT count(*) AS rows FROM cached_llm')).toEqual([{ rows: 1 }]);
});

test('a count is of live rows under exactly that prefix', async () => {
  const store = open(inFolder('cache.db'));
  for (const key of ['a_b:1', 'a_b:2', 'aXb:1', '%:1', 'a_b']) await store.set(key, 'value');
  await store.set('a_b:3', 'value', 1);
  await delay(5);
  expect(await store.count('a_b:')).toBe(2);
  expect(await store.count('%')).toBe(1);
  expect(await store.count('')).toBe(5);
});

test('rows of another Keyv in the same file are left alone', async () => {
  const path = inFolder('cache.db');
  await query(path, "INSERT INTO other VALUES ('key', 'theirs')");
  const store = open(path);
  await store.set('key', 'ours');
  await store.clear();
  expect(await store.get('key')).toBe(undefined);
  expect(await query(path, 'SELECT * FROM other')).toEqual([{ key: 'key', value: 'theirs' }]);
});

test('only strings are kept', async () => {
  const store = open(':memory:');
  // The type forbids it; JavaScript does not.
  await expect(store.set('key', 5 as never)).rejects.toThrow('strings, not number');
});

test.each([0, 1, 7, 8, 9, 2_000])(
  'each of %i keys has its own row, or none, twice where it is asked for twice',
  async (count) => {
    const store = open(inFolder('cache.db'));
    const keys = Array.from({ length: count }, (_, index) => `key ${index % 1_500}`);
    const stored = new Set(keys.filter((_, index) => index % 3 !== 0).slice(0, 20));
    for (const key of stored) await store.set(key, `text of ${key}`);
    const expected = keys.map((key) => (stored.has(key) ? `text of ${key}` : undefined));
    expect(await store.getMany(keys)).toEqual(expected);
  },
);
