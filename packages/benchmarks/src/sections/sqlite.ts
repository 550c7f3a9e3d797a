import { join } from 'node:path';
import { cachedLlmCall, createLlmCache } from '@cached-llm/core';
import { sqliteStore } from '@cached-llm/store-sqlite';
import { temporaryFolder } from '@cached-llm/testing';
import sqlite3 from 'sqlite3';
import { keyOf, OURS } from '../contenders/index.ts';
import {
  answersOnce,
  type Figures,
  requestOf,
  responseOf,
  rounds,
  takingTurns,
} from '../measuring/index.ts';
import type { Section } from '../report/index.ts';
import { bars } from '../report/index.ts';

const RESPONSE = responseOf(2_000);
const REQUESTS = Array.from({ length: 64 }, (_, number) => requestOf(1_000, number));

/** A table with one prepared statement. */
async function rawRows(path: string) {
  const database = new sqlite3.Database(path);
  const run = (sql: string, ...values: string[]) =>
    new Promise<void>((resolve, reject) => {
      database.run(sql, values, (error: Error | null) => (error ? reject(error) : resolve()));
    });
  await run('PRAGMA journal_mode = WAL');
  await run('CREATE TABLE raw(key TEXT PRIMARY KEY, value TEXT)');
  for (const request of REQUESTS)
    await run('INSERT INTO raw VALUES(?, ?)', keyOf(request), JSON.stringify(RESPONSE));
  const select = database.prepare('SELECT value FROM raw WHERE key = ?');
  const get = (key: string) =>
    new Promise<string>((resolve, reject) => {
      select.get<{ value: string }>([key], (error, row) =>
        error || row === undefined ? reject(error ?? new Error(key)) : resolve(row.value),
      );
    });
  const close = () => select.finalize(() => database.close());
  return { get, close };
}

async function measured(folder: string): Promise<Figures[]> {
  const raw = await rawRows(join(folder, 'raw.db'));
  const store = sqliteStore(join(folder, 'ours.db'));
  const cache = createLlmCache({ store, storeTimeout: '30s' });
  const ask = cachedLlmCall(answersOnce(RESPONSE), { cache });
  for (const request of REQUESTS) await ask.withInfo(request);
  const next = takingTurns(requestOf(1_000, 0), ...REQUESTS);
  const figures = await rounds(
    [
      { name: 'raw SELECT', run: async () => JSON.parse(await raw.get(keyOf(next()))) },
      { name: OURS, run: () => ask(next()) },
    ],
    100,
  );
  raw.close();
  await cache.close();
  return figures;
}

export const sqlite: Section = {
  name: 'sqlite',
  title: 'A hit on SQLite',
  text: 'In a file: 1 KB of request, 2 KB of response. Raw is the key, a prepared `SELECT` through the same driver, and `JSON.parse`.',
  async run() {
    const folder = await temporaryFolder();
    const figures = await measured(folder.path);
    await folder.remove();
    const values = figures.map(({ name, time }) => ({ group: '1 KB / 2 KB', name, value: time }));
    return {
      head: ['library', 'µs', '× raw'],
      rows: figures.map(({ name, time, ratio }) => [name, time.toFixed(0), ratio.toFixed(2)]),
      plot: bars(values, 'microseconds a hit'),
    };
  },
};
