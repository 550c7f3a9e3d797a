import { stat } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { type SqliteStore, sqliteStore } from '@cached-llm/store-sqlite';
import { type TemporaryFolder, temporaryFolder } from '@cached-llm/testing';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { KeyvSqlite } from '@keyv/sqlite';

const MEBIBYTE = 1024 * 1024;
const DAY = 86_400_000;

let folder: TemporaryFolder;
let path: string;
let store: SqliteStore;

beforeEach(async () => {
  folder = await temporaryFolder();
  path = `${folder.path}/cache.db`;
  store = sqliteStore({ path, maxBytes: MEBIBYTE });
});

afterEach(async () => {
  await store.disconnect();
  await folder.remove();
});

const long = (bytes: number) => 'x'.repeat(bytes);

async function isThere(...keys: string[]): Promise<boolean[]> {
  return (await store.getMany(keys)).map((text) => text !== undefined);
}

test('a full file takes what is written, and the oldest rows go', async () => {
  for (let number = 0; number < 200; number += 1) {
    expect(await store.set(`${number}`, long(20_000), DAY)).toBe(true);
  }
  expect(await isThere('0', '100', '198', '199')).toEqual([false, false, true, true]);
  expect((await stat(path)).size).toBeLessThanOrEqual(MEBIBYTE);
  expect(await store.count('')).toBeGreaterThan(30);
});

test('many small rows, written at once, go in their order, too', async () => {
  const numbers = Array.from({ length: 3_000 }, (_, number) => number);
  const write = (number: number) => store.set(`${number}`, long(500 + (number % 700)), DAY);
  expect(new Set(await Promise.all(numbers.map(write)))).toEqual(new Set([true]));
  expect(await isThere('0', '1000', '2998', '2999')).toEqual([false, false, true, true]);
  expect(await store.count('')).toBeGreaterThan(300);
});

test('what has expired goes first', async () => {
  await store.set('oldest', long(200_000), DAY);
  await store.set('expired', long(600_000), 1);
  await delay(5);
  await store.set('new', long(600_000), DAY);
  expect(await isThere('oldest', 'expired', 'new')).toEqual([true, false, true]);
});

test('what is used stays', async () => {
  await store.set('used', long(20_000), DAY);
  for (let number = 0; number < 20; number += 1)
    await store.set(`old ${number}`, long(20_000), DAY);
  await store.get('used');
  await store.disconnect();
  store = sqliteStore({ path, maxBytes: MEBIBYTE });
  for (let number = 0; number < 35; number += 1)
    await store.set(`new ${number}`, long(20_000), DAY);
  expect(await isThere('used', 'old 0', 'new 34')).toEqual([true, false, true]);
});

test('what never expires outlives all that does', async () => {
  await store.set('marker', 'says that others are void');
  for (let number = 0; number < 200; number += 1) await store.set(`${number}`, long(20_000), DAY);
  expect(await isThere('marker', '0')).toEqual([true, false]);
});

test('where nothing expires the oldest go all the same', async () => {
  for (let number = 0; number < 60; number += 1) await store.set(`${number}`, long(40_000));
  expect(await isThere('0', '59')).toEqual([false, true]);
});

test('a value larger than the file is not kept, nor what stood under its key, and the rest is', async () => {
  await store.set('other', long(10_000), DAY);
  await store.set('key', 'earlier', DAY);
  expect(await store.set('key', long(MEBIBYTE), DAY)).toBe(false);
  expect(await isThere('other', 'key')).toEqual([true, false]);
});

test('where the room is taken by others, nothing of theirs goes, and a set rejects until they leave', async () => {
  const theirs = new KeyvSqlite({ uri: path, table: 'theirs' });
  await store.set('key', 'value', DAY);
  await theirs.set('key', long(2 * MEBIBYTE));
  await store.disconnect();
  store = sqliteStore({ path, maxBytes: MEBIBYTE });
  const full = { code: 'SQLITE_FULL' };
  await expect(store.set('long', long(100_000), DAY)).rejects.toMatchObject(full);
  expect(await theirs.has('key')).toBe(true);
  await theirs.delete('key');
  expect(await store.set('long', long(100_000), DAY)).toBe(true);
  await theirs.disconnect();
});
