import { stat } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { ROW_GRACE } from '@cached-llm/core/store';
import type { SqliteStore } from '@cached-llm/store-sqlite';
import { beforeEach, expect, test } from '@jest/globals';
import { TestResources } from './resources.ts';

const MEBIBYTE = 1024 * 1024;
const DAY = 86_400_000;

const resources = new TestResources();
let store: SqliteStore;

const open = () => resources.openStore({ path: resources.path, maxBytes: MEBIBYTE });

beforeEach(() => {
  store = open();
});

const long = (bytes: number) => 'x'.repeat(bytes);

async function isThere(...keys: string[]): Promise<boolean[]> {
  return (await store.getMany(keys)).map((text) => text !== undefined);
}

test('a full file takes every write, and evicts the oldest rows', async () => {
  for (let number = 0; number < 200; number += 1) {
    expect(await store.set(`${number}`, long(20_000), DAY)).toBe(true);
  }
  expect(await isThere('0', '100', '198', '199')).toEqual([false, false, true, true]);
  expect((await stat(resources.path)).size).toBeLessThanOrEqual(MEBIBYTE);
  expect(await store.count('')).toBeGreaterThan(30);
});

test('many small rows that are written at once are evicted in their order', async () => {
  const numbers = Array.from({ length: 3_000 }, (_, number) => number);
  const write = (number: number) => store.set(`${number}`, long(500 + (number % 700)), DAY);
  expect(new Set(await Promise.all(numbers.map(write)))).toEqual(new Set([true]));
  expect(await isThere('0', '1000', '2998', '2999')).toEqual([false, false, true, true]);
  expect(await store.count('')).toBeGreaterThan(300);
});

test('a store knows its bound, what it evicted, and how much of the file is in use', async () => {
  for (let number = 0; number < 100; number += 1) await store.set(`${number}`, long(20_000), DAY);
  const left = await store.count('');
  expect(store.measure()).toEqual({ maxBytes: MEBIBYTE, evictions: 100 - left });
  const { usedBytes = 0 } = await store.capacity();
  expect(usedBytes).toBeGreaterThan(left * 20_000);
  expect(usedBytes).toBeLessThanOrEqual(MEBIBYTE);
  await store.clear();
  expect((await store.capacity()).usedBytes).toBeLessThan(100_000); // the file does not shrink
});

test('a full file has room for leases', async () => {
  for (let number = 0; number < 60; number += 1) await store.set(`${number}`, long(20_000), DAY);
  const keys = Array.from({ length: 500 }, (_, number) => `cached-llm:1:scope:${number}`);
  for (let burst = 0; burst < 10; burst += 1) {
    const taken = await store.leases.take(
      keys.map((key) => `${key}-${burst}`),
      'me',
      DAY,
    );
    expect(new Set(taken)).toEqual(new Set(['me']));
  }
});

test('expired rows are evicted first', async () => {
  await store.set('oldest', long(200_000), DAY);
  await store.set('expired', long(600_000), 1);
  await delay(5);
  await store.set('new', long(600_000), DAY);
  expect(await isThere('oldest', 'expired', 'new')).toEqual([true, false, true]);
});

test('rows whose entry has expired are evicted before rows that can still be served', async () => {
  await store.set('oldest', long(200_000), DAY);
  await store.set('expired', long(600_000), ROW_GRACE - 1); // what an entry has left when it has just expired
  await store.set('new', long(600_000), DAY);
  expect(await isThere('oldest', 'expired', 'new')).toEqual([true, false, true]);
});

test('a row that was used is not evicted', async () => {
  await store.set('used', long(20_000), DAY);
  for (let number = 0; number < 20; number += 1)
    await store.set(`old ${number}`, long(20_000), DAY);
  await store.get('used');
  await store.disconnect();
  store = open();
  for (let number = 0; number < 35; number += 1)
    await store.set(`new ${number}`, long(20_000), DAY);
  expect(await isThere('used', 'old 0', 'new 34')).toEqual([true, false, true]);
});

test('a row without a ttl outlives every row that expires', async () => {
  await store.set('generation', 'of a tag');
  for (let number = 0; number < 200; number += 1) await store.set(`${number}`, long(20_000), DAY);
  expect(await isThere('generation', '0')).toEqual([true, false]);
});

test('without any row that expires, the oldest rows are evicted', async () => {
  for (let number = 0; number < 60; number += 1) await store.set(`${number}`, long(40_000));
  expect(await isThere('0', '59')).toEqual([false, true]);
});

test('a value larger than the file is not stored, the row under its key is deleted, and the other rows stay', async () => {
  await store.set('other', long(10_000), DAY);
  await store.set('key', 'earlier', DAY);
  expect(await store.set('key', long(MEBIBYTE), DAY)).toBe(false);
  expect(await isThere('other', 'key')).toEqual([true, false]);
});

test('while another table fills the file, a set rejects and no row of that table is deleted', async () => {
  await store.set('key', 'value', DAY);
  const query = await resources.connect();
  await query('CREATE TABLE theirs AS SELECT ? AS value', long(2 * MEBIBYTE));
  await store.disconnect();
  store = open();
  const full = { code: 'SQLITE_FULL' };
  await expect(store.set('long', long(100_000), DAY)).rejects.toMatchObject(full);
  expect(await query('SELECT count(*) AS rows FROM theirs')).toEqual([{ rows: 1 }]);
  await query('DELETE FROM theirs');
  expect(await store.set('long', long(100_000), DAY)).toBe(true);
});
