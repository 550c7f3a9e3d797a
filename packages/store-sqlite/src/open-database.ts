import { type DriverConnection, faultKind, loadDriver, type Query } from './driver/index.ts';
import { claimFile, ensureFile } from './own-file.ts';
import { SCHEMA, TABLE } from './schema.ts';
import type { SqliteSettings } from './sqlite-store-options.ts';

export interface OpenDatabase extends DriverConnection {
  /** False if its tables or its index are missing; what is there can be read. */
  readonly isWhole: boolean;
}

/** What the write-ahead log may keep of the disk when all of it is in the file. */
const LOG_BYTES = 4 * 1024 * 1024;

async function chooseJournal(query: Query): Promise<void> {
  // Another process may hold the file at this moment; the slower journal is as safe.
  const sql = 'PRAGMA journal_mode = WAL';
  const rows = await query<{ journal_mode: string }>(sql).catch(() => []);
  if (rows[0]?.journal_mode !== 'wal') return;
  // With this, only the write-ahead log survives a power cut.
  await query('PRAGMA synchronous = NORMAL');
  await query(`PRAGMA journal_size_limit = ${LOG_BYTES}`);
}

async function limitSize(query: Query, maxBytes: number): Promise<void> {
  const [row] = await query<{ page_size: number }>('PRAGMA page_size');
  if (row === undefined) throw new Error('The SQLite driver returned no page size.');
  await query(`PRAGMA max_page_count = ${Math.floor(maxBytes / row.page_size)}`);
}

/** Returns false if the file cannot be written at this moment; what is there can be read. */
async function createSchema(query: Query): Promise<boolean> {
  try {
    for (const sql of SCHEMA) await query(sql);
    return true;
  } catch (error) {
    if (['obstacle', 'full'].includes(faultKind(error))) return false;
    throw error;
  }
}

/** Opens a database that is ready for use, or rejects if the file cannot be one. */
export async function openDatabase(settings: SqliteSettings): Promise<OpenDatabase> {
  const { path, maxBytes, driver } = settings;
  const openConnection = await loadDriver(driver);
  const isFile = path !== ':memory:';
  if (isFile) await ensureFile(settings);
  const connection = await openConnection({ ...settings, table: TABLE });
  const { read, write, writeNow } = connection;
  try {
    if (isFile) await claimFile(settings, connection);
    await chooseJournal(write);
    if (maxBytes !== undefined) await limitSize(write, maxBytes);
    const isWhole = await createSchema(write);
    return { read, write, writeNow, isWhole, close: () => connection.close() };
  } catch (error) {
    await connection.close();
    throw error;
  }
}
