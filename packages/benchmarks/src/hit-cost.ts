// What a hit costs on each store, beside the raw store doing the same: key, look-up, own copy of the answer.
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { cachedLlmCall, createLlmCache, type Store } from '@cached-llm/core';
import { redisStore } from '@cached-llm/store-redis';
import { sqliteStore } from '@cached-llm/store-sqlite';
import { startRedis, temporaryFolder } from '@cached-llm/testing';
import { createClient } from '@redis/client';
import Table from 'cli-table3';
import sqlite from 'sqlite3';
import { measure } from './measure.ts';
import { requestOf, responseOf } from './workload.ts';

const SIZES = [
  { request: 1_000, response: 2_000, calls: 2_000 },
  { request: 8_000, response: 2_000, calls: 1_000 },
  { request: 100_000, response: 4_000, calls: 150 },
];

/** A store as anyone would use it who needs nothing of a cache. */
interface RawStore {
  get(key: string): unknown;
  set(key: string, value: string): unknown;
}

const folder = await temporaryFolder();
const redis = await startRedis();
const client = await createClient({ url: redis.url }).connect();
const database = new sqlite.Database(join(folder.path, 'raw.db'));
const query = (sql: string, ...values: string[]) =>
  new Promise<{ value: string }[]>((resolve, reject) => {
    database.all<{ value: string }>(sql, values, (error, rows) =>
      error ? reject(error) : resolve(rows),
    );
  });
await query('CREATE TABLE raw(key TEXT PRIMARY KEY, value TEXT)');

const map = new Map<string, string>();
const stores: readonly { name: string; store: Store | undefined; raw: RawStore }[] = [
  { name: 'memory / Map', store: undefined, raw: map },
  {
    name: 'SQLite / SELECT',
    store: sqliteStore(join(folder.path, 'ours.db')),
    raw: {
      get: async (key) => (await query('SELECT value FROM raw WHERE key = ?', key))[0]?.value,
      set: (key, value) => query('INSERT INTO raw VALUES(?, ?)', key, value),
    },
  },
  {
    name: 'Redis / GET',
    store: redisStore(redis.url),
    raw: { get: (key) => client.get(key), set: (key, value) => client.set(key, value) },
  },
];

const table = new Table({
  head: ['store / raw', 'request', 'answer', 'ours µs', 'raw µs', 'ratio'],
  colAligns: ['left', 'right', 'right', 'right', 'right', 'right'],
  style: { head: [], border: [], compact: true },
});
const keyOf = (request: object) =>
  createHash('sha256').update(JSON.stringify(request)).digest('hex');

for (const { name, store, raw } of stores) {
  const cache = createLlmCache({ store });
  for (const size of SIZES) {
    const request = requestOf(size.request);
    const response = responseOf(size.response);
    const ask = cachedLlmCall(
      async function ask(_request: object) {
        return response;
      },
      { cache },
    );
    await ask.withInfo(request); // stored when this is back
    await raw.set(keyOf(request), JSON.stringify(response));
    const figures = await measure(
      {
        ours: () => ask(request),
        raw: async () => JSON.parse(String(await raw.get(keyOf(request)))),
      },
      name.startsWith('memory') ? size.calls : Math.min(size.calls, 300),
    );
    const { ours, raw: rawTime, ratio } = figures;
    table.push([
      name,
      size.request,
      size.response,
      ours.toFixed(1),
      rawTime.toFixed(1),
      ratio.toFixed(2),
    ]);
  }
  await cache.close();
}
console.log(table.toString());

database.close();
client.destroy();
await redis.stop();
await folder.remove();
