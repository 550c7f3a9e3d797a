import { join } from 'node:path';
import type { Store } from '@cached-llm/core';
import { redisStore } from '@cached-llm/store-redis';
import { sqliteStore } from '@cached-llm/store-sqlite';
import { createClient } from '@redis/client';
import sqlite from 'sqlite3';

/** A store as anyone would use it who needs nothing of a cache. */
interface RawStore {
  get(key: string): unknown;
  set(key: string, value: string): unknown;
}

export interface Beside {
  readonly name: string;
  /** @default the cache's own memory */
  readonly store: Store | undefined;
  readonly raw: RawStore;
}

async function rawSqlite(path: string): Promise<RawStore & { close(): void }> {
  const database = new sqlite.Database(path);
  const query = (sql: string, ...values: string[]) =>
    new Promise<{ value: string }[]>((resolve, reject) => {
      database.all<{ value: string }>(sql, values, (error, rows) =>
        error ? reject(error) : resolve(rows),
      );
    });
  await query('CREATE TABLE raw(key TEXT PRIMARY KEY, value TEXT)');
  return {
    get: async (key) => (await query('SELECT value FROM raw WHERE key = ?', key))[0]?.value,
    set: (key, value) => query('INSERT INTO raw VALUES(?, ?)', key, value),
    close: () => database.close(),
  };
}

/** Each store beside the same driver without anything round it. */
export async function storesBesideRaw(folder: string, redisUrl: string) {
  const client = await createClient({ url: redisUrl }).connect();
  const database = await rawSqlite(join(folder, 'raw.db'));
  const redis = {
    get: (key: string) => client.get(key),
    set: (key: string, value: string) => client.set(key, value),
  };
  const stores: readonly Beside[] = [
    { name: 'memory / Map', store: undefined, raw: new Map<string, string>() },
    { name: 'SQLite / SELECT', store: sqliteStore(join(folder, 'ours.db')), raw: database },
    { name: 'Redis / GET', store: redisStore(redisUrl), raw: redis },
  ];
  const close = () => {
    database.close();
    client.destroy();
  };
  return { stores, close };
}
