import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { KeyvSqlite } from '@keyv/sqlite';
import { faultKind } from './fault-kind.ts';
import { PreparedReads } from './prepared-reads.ts';
import type { SqliteSettings } from './sqlite-store-options.ts';

/** Ours alone: rows of another Keyv in the same file are never touched. */
export const TABLE = 'cached_llm';
export const LEASES = `${TABLE}_lease`;
export const EXPIRY_INDEX = `${TABLE}_expiry`;
/** When a row expires, see framed-text.ts; the index is on this very expression. */
export const EXPIRY = 'substr(value, 1, 15)';
/** The plus keeps the planner on the key: most rows expire in the future, so the index would select nothing. */
export const IS_LIVE = `+${EXPIRY} >= ?`;

const SCHEMA = [
  `CREATE INDEX IF NOT EXISTS ${EXPIRY_INDEX} ON ${TABLE}(${EXPIRY}, key)`,
  `CREATE TABLE IF NOT EXISTS ${LEASES}
    (key TEXT PRIMARY KEY, token TEXT NOT NULL, until INTEGER NOT NULL) WITHOUT ROWID`,
];

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

/** False where the file cannot be written just now: what is there can be read. */
async function createOurs(database: KeyvSqlite): Promise<boolean> {
  try {
    for (const sql of SCHEMA) await database.query(sql);
    return true;
  } catch (error) {
    if (['obstacle', 'full'].includes(faultKind(error))) return false;
    throw error;
  }
}

async function prepare(database: KeyvSqlite, maxBytes: number | undefined): Promise<boolean> {
  await chooseJournal(database);
  if (maxBytes !== undefined) await limitSize(database, maxBytes);
  return createOurs(database);
}

type Reads = Pick<PreparedReads, 'query' | 'close'>;

/** Where the file has no room for a second connection, or is memory, one is for everything. */
async function openReads(settings: SqliteSettings): Promise<Reads | undefined> {
  const { path, busyTimeout } = settings;
  if (path === ':memory:') return undefined;
  return PreparedReads.open(path, busyTimeout).catch(() => undefined);
}

export interface OpenDatabase {
  readonly database: KeyvSqlite;
  readonly reads: Pick<Reads, 'query'>;
  close(): Promise<void>;
  /** Without its tables and index it can be read, if anything. */
  readonly isWhole: boolean;
}

/** A database that is ready for use. Rejects where the file cannot be one; nothing else ever sees that. */
export async function openDatabase(settings: SqliteSettings): Promise<OpenDatabase> {
  const { path, busyTimeout, maxBytes } = settings;
  // What is inside is private: prompts cannot be read from it, but answers can.
  if (path !== ':memory:') await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const database = new KeyvSqlite({ uri: path, table: TABLE, busyTimeout });
  // Before the next tick both a listener and a first query have to be there:
  // a failed opening ends the process otherwise.
  database.on('error', () => {});
  await database.query('SELECT 1');
  try {
    const isWhole = await prepare(database, maxBytes);
    const reads = await openReads(settings);
    const close = async () => {
      await reads?.close();
      await database.close();
    };
    return { database, reads: reads ?? database, isWhole, close };
  } catch (error) {
    await database.close();
    throw error;
  }
}
