import { setTimeout as delay } from 'node:timers/promises';
import { sqliteStore } from '@cached-llm/store-sqlite';
import { temporaryFolder } from '@cached-llm/testing';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { Recency } from '../src/eviction.ts';
import { SqliteConnection } from '../src/sqlite-connection.ts';
import { SqliteLeases } from '../src/sqlite-leases.ts';
import { resolveOptions } from '../src/sqlite-store-options.ts';
import { tidy, Upkeep } from '../src/upkeep.ts';

const numbers = Array.from({ length: 450 }, (_, number) => number);

describe('upkeep', () => {
  let turns = 0;
  let upkeep: Upkeep;

  beforeEach(() => {
    turns = 0;
    upkeep = new Upkeep(
      async () => {
        turns += 1;
        if (turns === 1) throw new Error('the file is gone');
      },
      { first: 1, after: 2 },
    );
  });

  afterEach(() => upkeep.end());

  test('has a turn after a use, and none without', async () => {
    await delay(20);
    expect(turns).toBe(0);
    for (const _again of [1, 2, 3]) upkeep.noteUse();
    await delay(30);
    expect(turns).toBe(1);
  });

  test('has the next turn after the next use, though the last one failed', async () => {
    upkeep.noteUse();
    while (turns < 3) {
      await delay(5);
      upkeep.noteUse();
    }
  });

  test('has no turn after its end', async () => {
    upkeep.noteUse();
    upkeep.end();
    upkeep.noteUse();
    await delay(20);
    expect(turns).toBe(0);
  });
});

describe('a sweep', () => {
  test('removes the expired rows, in batches, and only them', async () => {
    const store = sqliteStore(':memory:');
    await Promise.all(numbers.map((number) => store.set(`short:${number}`, 'value', 1)));
    const long = numbers.slice(0, 50);
    await Promise.all(long.map((number) => store.set(`long:${number}`, 'value', 1e6)));
    await store.set('for ever', 'value');
    await delay(5);
    expect(await store.sweep()).toBe(450);
    expect(await store.sweep()).toBe(0);
    expect([await store.count('long:'), await store.count('')]).toEqual([50, 51]);
    await store.disconnect();
  });

  test('removes leases that have ended, and leaves the others', async () => {
    const connection = new SqliteConnection(resolveOptions(':memory:'));
    const leases = new SqliteLeases(connection);
    await leases.take('ended', 'token', 1);
    await leases.take('held', 'token', 60_000);
    await delay(5);
    await leases.sweep();
    const keys = await connection.read('SELECT key FROM cached_llm_lease');
    expect(keys).toEqual([{ key: 'held' }]);
    await connection.close();
  });

  test('comes by itself while the store is used', async () => {
    const folder = await temporaryFolder();
    const path = `${folder.path}/cache.db`;
    const store = sqliteStore(path);
    await store.set('key', 'value', 1);
    const connection = new SqliteConnection(resolveOptions(path));
    while ((await connection.read('SELECT 1 FROM cached_llm')).length > 0) await delay(50);
    await Promise.all([connection.close(), store.disconnect()]);
    await folder.remove();
  });

  test('is left to the one process that has the lease of it', async () => {
    const folder = await temporaryFolder();
    const path = `${folder.path}/cache.db`;
    const store = sqliteStore(path);
    await store.set('key', 'value', 1);
    await delay(5);
    const connection = new SqliteConnection(resolveOptions(path));
    const leases = new SqliteLeases(connection);
    const recency = new Recency(connection, false);
    const rows = async () => (await connection.read('SELECT 1 FROM cached_llm')).length;
    await store.leases.take('cached-llm sweeping', 'another process', 60_000);
    await tidy(connection, leases, recency);
    expect(await rows()).toBe(1);
    await store.leases.release('cached-llm sweeping', 'another process');
    await tidy(connection, leases, recency);
    expect(await rows()).toBe(0);
    await Promise.all([connection.close(), store.disconnect()]);
    await folder.remove();
  });
});
