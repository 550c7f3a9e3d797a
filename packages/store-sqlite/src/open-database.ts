import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { KeyvSqlite } from '@keyv/sqlite';
import type { SqliteSettings } from './sqlite-store-options.ts';

/** Ours alone: rows of another Keyv in the same file are never touched. */
export const TABLE = 'cached_llm';
export const EXPIRY_INDEX = `${TABLE}_expiry`;
/** When a row expires, see framed-text.ts; the index is on this very expression. */
export const EXPIRY = 'substr(value, 1, 15)';
/** The plus keeps the planner on the key: most rows expire in the future, so the index would select nothing. */
export const IS_LIVE = `+${EXPIRY} >= ?`;

async function chooseJournal(database: KeyvSqlite): Promise<void> {
  // Another process may hold the file just now; the slower journal is as safe.
  const rows = await database.query('PRAGMA journal_mode = WAL').catch(() => []);
  // Only the write-ahead log survives a power cut with this.
  if (rows[0]?.journal_mode === 'wal') await database.query('PRAGMA synchronous = NORMAL');
}

async function limitSize(database: KeyvSqlite, maxBytes: number): Promise<void> {
  const [{ page_size: pageSize }] = await database.query('PRAGMA page_size');
  await database.query(`PRAGMA max_page_count = ${Math.floor(maxBytes / pageSize)}`);
}

/** A database that is ready for use. Rejects where the file cannot be one; nothing else ever sees that. */
export async function openDatabase(settings: SqliteSettings): Promise<KeyvSqlite> {
  const { path, busyTimeout, maxBytes } = settings;
  // What is inside is private: prompts cannot be read from it, but answers can.
  if (path !== ':memory:') await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const database = new KeyvSqlite({ uri: path, table: TABLE, busyTimeout });
  // Before the next tick both a listener and a first query have to be there:
  // a failed opening ends the process otherwise.
  database.on('error', () => {});
  await chooseJournal(database);
  if (maxBytes !== undefined) await limitSize(database, maxBytes);
  await database.query(`CREATE INDEX IF NOT EXISTS ${EXPIRY_INDEX} ON ${TABLE}(${EXPIRY}, key)`);
  return database;
}
