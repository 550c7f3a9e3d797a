import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { KeyvSqlite } from '@keyv/sqlite';
import sqlite3, { type Database, type Statement } from 'sqlite3';
import { faultKind } from './fault-kind.ts';
import { SCHEMA, TABLE } from './schema.ts';
import type { SqliteSettings } from './sqlite-store-options.ts';

export type SqliteValue = string | number | Uint8Array;
export type Query = <Row>(sql: string, ...values: SqliteValue[]) => Promise<Row[]>;
type Settle = (error: Error | null) => void;

export interface OpenDatabase {
  readonly database: KeyvSqlite;
  readonly reads: { readonly query: Query };
  close(): Promise<void>;
  /** False if its index or its leases' table is missing; what is there can be read. */
  readonly isWhole: boolean;
}

/** Turns a callback of the driver into a promise. */
function settled(start: (settle: Settle) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    start((error) => (error === null ? resolve() : reject(error)));
  });
}

/** Statements that are prepared once, which halves a read, on a connection of their own, which waits for no write. */
class PreparedReads {
  readonly #database: Database;
  readonly #statements = new Map<string, Promise<Statement>>();

  private constructor(database: Database) {
    this.#database = database;
  }

  static async open({ path, busyTimeout }: SqliteSettings): Promise<PreparedReads> {
    let database: Database | undefined;
    await settled((settle) => {
      // Never a new file: if this one has just been set aside, another connection makes the next one.
      database = new sqlite3.Database(path, sqlite3.OPEN_READWRITE, settle);
    });
    if (database === undefined) throw new Error('The SQLite driver returned no connection.');
    database.configure('busyTimeout', busyTimeout);
    return new PreparedReads(database);
  }

  /** There are few different statements, and none is made of what a user says, so all of them stay prepared. */
  async query<Row>(sql: string, ...values: SqliteValue[]): Promise<Row[]> {
    const statement = await this.#prepared(sql);
    return new Promise((resolve, reject) => {
      // All rows: a statement that is left before its end holds on to an old state of the file.
      statement.all<Row>(values, (error, rows) => (error === null ? resolve(rows) : reject(error)));
    });
  }

  async close(): Promise<void> {
    for (const preparing of this.#statements.values()) {
      const statement = await preparing.catch(() => undefined);
      if (statement !== undefined)
        await new Promise<void>((done) => statement.finalize(() => done()));
    }
    await settled((settle) => this.#database.close(settle));
  }

  #prepared(sql: string): Promise<Statement> {
    const known = this.#statements.get(sql);
    if (known !== undefined) return known;
    const preparing = this.#prepare(sql);
    this.#statements.set(sql, preparing);
    preparing.catch(() => this.#statements.delete(sql)); // the next read tries again
    return preparing;
  }

  async #prepare(sql: string): Promise<Statement> {
    let statement: Statement | undefined;
    await settled((settle) => {
      statement = this.#database.prepare(sql, settle);
    });
    if (statement === undefined) throw new Error('The SQLite driver returned no statement.');
    return statement;
  }
}

async function chooseJournal(database: KeyvSqlite): Promise<void> {
  // Another process may hold the file at this moment; the slower journal is as safe.
  const rows = await database.query('PRAGMA journal_mode = WAL').catch(() => []);
  // With this, only the write-ahead log survives a power cut.
  if (rows[0]?.journal_mode === 'wal') await database.query('PRAGMA synchronous = NORMAL');
}

async function limitSize(database: KeyvSqlite, maxBytes: number): Promise<void> {
  const [{ page_size: pageSize }] = await database.query('PRAGMA page_size');
  await database.query(`PRAGMA max_page_count = ${Math.floor(maxBytes / pageSize)}`);
}

/** Returns false if the file cannot be written at this moment; what is there can be read. */
async function createSchema(database: KeyvSqlite): Promise<boolean> {
  try {
    for (const sql of SCHEMA) await database.query(sql);
    return true;
  } catch (error) {
    if (['obstacle', 'full'].includes(faultKind(error))) return false;
    throw error;
  }
}

async function prepare(database: KeyvSqlite, settings: SqliteSettings): Promise<OpenDatabase> {
  const { path, maxBytes } = settings;
  await chooseJournal(database);
  if (maxBytes !== undefined) await limitSize(database, maxBytes);
  const isWhole = await createSchema(database);
  // A database in memory has one connection, and so has a file that cannot be opened twice.
  const reads =
    path === ':memory:' ? undefined : await PreparedReads.open(settings).catch(() => undefined);
  const close = async () => {
    await reads?.close();
    await database.close();
  };
  return { database, reads: reads ?? database, isWhole, close };
}

/** Opens a database that is ready for use, or rejects if the file cannot be one. */
export async function openDatabase(settings: SqliteSettings): Promise<OpenDatabase> {
  const { path, busyTimeout } = settings;
  // The folder is private: the file holds no prompts, but it holds answers.
  if (path !== ':memory:') await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const database = new KeyvSqlite({ uri: path, table: TABLE, busyTimeout });
  // Both a listener and a first query must be there before the next tick, or a failed opening ends the process.
  database.on('error', () => {});
  await database.query('SELECT 1');
  try {
    return await prepare(database, settings);
  } catch (error) {
    await database.close();
    throw error;
  }
}
