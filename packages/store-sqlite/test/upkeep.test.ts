import { stat } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { Recency } from '../src/eviction.ts';
import { SqliteConnection } from '../src/sqlite-connection.ts';
import { SqliteLeases } from '../src/sqlite-leases.ts';
import { resolveOptions } from '../src/sqlite-store-options.ts';
import { tidy, Upkeep } from '../src/upkeep.ts';
import { withDriver } from './chosen-driver.ts';
import { TestResources } from './resources.ts';

const UNBOUNDED = { maxBytes: undefined, evictions: 0 };
const resources = new TestResources();

function openConnection(path = resources.path): SqliteConnection {
  const connection = new SqliteConnection(resolveOptions(withDriver(path)));
  resources.afterThisTest(() => connection.close());
  return connection;
}

const numbers = Array.from({ length: 450 }, (_, number) => number);

describe('upkeep', () => {
  let runs = 0;
  let upkeep: Upkeep;

  beforeEach(() => {
    runs = 0;
    upkeep = new Upkeep(
      async () => {
        runs += 1;
        if (runs === 1) throw new Error('the file is gone');
      },
      { first: 1, after: 2 },
    );
  });

  afterEach(() => upkeep.end());

  test('runs once after a use, and not without one', async () => {
    await delay(20);
    expect(runs).toBe(0);
    for (const _again of [1, 2, 3]) upkeep.noteUse();
    await delay(30);
    expect(runs).toBe(1);
  });

  test('runs again after the next use, though the last run failed', async () => {
    upkeep.noteUse();
    while (runs < 3) {
      await delay(5);
      upkeep.noteUse();
    }
  });

  test('does not run after its end', async () => {
    upkeep.noteUse();
    upkeep.end();
    upkeep.noteUse();
    await delay(20);
    expect(runs).toBe(0);
  });
});

describe('a sweep', () => {
  test('deletes the expired rows, in batches, and only them', async () => {
    const store = resources.openStore(':memory:');
    await Promise.all(numbers.map((number) => store.set(`short:${number}`, 'value', 1)));
    const long = numbers.slice(0, 50);
    await Promise.all(long.map((number) => store.set(`long:${number}`, 'value', 1e6)));
    await store.set('for ever', 'value');
    await delay(5);
    expect(await store.sweep()).toBe(450);
    expect(await store.sweep()).toBe(0);
    expect([await store.count('long:'), await store.count('')]).toEqual([50, 51]);
  });

  test('deletes leases that have ended, and leaves the others', async () => {
    const connection = openConnection(':memory:');
    const leases = new SqliteLeases(connection, UNBOUNDED);
    await leases.take(['ended'], 'token', 1);
    await leases.take(['held'], 'token', 60_000);
    await delay(5);
    await leases.sweep();
    const keys = await connection.read('SELECT key FROM cached_llm_lease');
    expect(keys).toEqual([{ key: 'held' }]);
  });

  test('runs by itself while the store is used', async () => {
    const store = resources.openStore();
    await store.set('key', 'value', 1);
    const connection = openConnection();
    while ((await connection.read('SELECT 1 FROM cached_llm')).length > 0) await delay(50);
  });

  test('runs only in the process that holds its lease', async () => {
    const store = resources.openStore();
    await store.set('key', 'value', 1);
    await delay(5);
    const connection = openConnection();
    const leases = new SqliteLeases(connection, UNBOUNDED);
    const recency = new Recency(connection, false);
    const rows = async () => (await connection.read('SELECT 1 FROM cached_llm')).length;
    await store.leases.take(['cached-llm sweeping'], 'another process', 60_000);
    await tidy(connection, leases, recency);
    expect(await rows()).toBe(1);
    await store.leases.release(['cached-llm sweeping'], 'another process');
    await tidy(connection, leases, recency);
    expect(await rows()).toBe(0);
  });

  test('gives the disk space of a long log back, although a row was just read', async () => {
    const store = resources.openStore();
    const value = 'x'.repeat(4_000_000);
    await Promise.all(numbers.slice(0, 5).map((number) => store.set(`${number}`, value)));
    expect(await store.get('0')).toBe(value);
    const connection = openConnection();
    await tidy(connection, new SqliteLeases(connection, UNBOUNDED), new Recency(connection, false));
    expect((await stat(`${resources.path}-wal`)).size).toBeLessThanOrEqual(4 * 1024 * 1024);
    expect(await store.count('')).toBe(5);
  });
});
