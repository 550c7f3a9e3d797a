import { existsSync } from 'node:fs';
import { pause } from '@cached-llm/core/store';
import type { DriverConnection, OpenOptions, SqliteDriver, SqliteValue } from './sqlite-driver.ts';

/** The part of `node:sqlite` that is used. The types of the oldest supported Node.js do not have it. */
interface NodeSqlite {
  readonly DatabaseSync: new (path: string) => SyncDatabase;
}

interface SyncStatement {
  all(...values: SqliteValue[]): unknown[];
}

interface SyncDatabase {
  prepare(sql: string): SyncStatement;
  close(): void;
}

/** The names by which the package `sqlite3` gives SQLite's primary result codes. */
const CODES: Readonly<Record<number, string>> = {
  1: 'SQLITE_ERROR',
  3: 'SQLITE_PERM',
  4: 'SQLITE_ABORT',
  5: 'SQLITE_BUSY',
  6: 'SQLITE_LOCKED',
  7: 'SQLITE_NOMEM',
  8: 'SQLITE_READONLY',
  9: 'SQLITE_INTERRUPT',
  10: 'SQLITE_IOERR',
  11: 'SQLITE_CORRUPT',
  13: 'SQLITE_FULL',
  14: 'SQLITE_CANTOPEN',
  15: 'SQLITE_PROTOCOL',
  17: 'SQLITE_SCHEMA',
  18: 'SQLITE_TOOBIG',
  19: 'SQLITE_CONSTRAINT',
  23: 'SQLITE_AUTH',
  26: 'SQLITE_NOTADB',
};

/** Milliseconds between two attempts at a file that another process writes, as in SQLite's own busy handler. */
const PAUSES = [1, 2, 5, 10, 15, 20, 25, 25, 25, 50, 50];
const LONGEST_PAUSE = 100;

/** An error of this driver has the code that the same error has in the package `sqlite3`. */
function named(error: unknown): unknown {
  const { errcode } = (error ?? {}) as { errcode?: unknown }; // caught: anything
  const code = typeof errcode === 'number' ? CODES[errcode & 0xff] : undefined;
  return code === undefined ? error : Object.assign(error as Error, { code });
}

function isBusy(error: unknown): boolean {
  return (error as { code?: unknown } | undefined)?.code === 'SQLITE_BUSY';
}

class CannotOpenError extends Error {
  readonly code = 'SQLITE_CANTOPEN';
}

/** Runs each statement in the thread of the caller, which is quick, and waits for other processes in none. */
class SyncConnection implements DriverConnection {
  readonly #database: SyncDatabase;
  readonly #busyTimeout: number;
  /** There are few different statements, and none is made of what a user says, so all of them stay prepared. */
  readonly #statements = new Map<string, SyncStatement>();

  constructor(database: SyncDatabase, busyTimeout: number) {
    this.#database = database;
    this.#busyTimeout = busyTimeout;
  }

  readonly read = <Row>(sql: string, ...values: SqliteValue[]): Promise<Row[]> =>
    this.#query(sql, values);

  readonly write = this.read;

  readonly writeNow = (sql: string, ...values: SqliteValue[]): void => {
    this.#run(sql, values);
  };

  async close(): Promise<void> {
    this.#statements.clear();
    this.#database.close();
  }

  /** SQLite's own busy handler would block the event loop, so a statement that finds the file locked is run again. */
  async #query<Row>(sql: string, values: readonly SqliteValue[]): Promise<Row[]> {
    const until = performance.now() + this.#busyTimeout;
    for (let attempt = 0; ; attempt += 1) {
      const rows = this.#rowsUnlessBusy(sql, values, until);
      if (rows !== undefined) return rows as Row[]; // the statement says which rows it returns
      await pause(PAUSES[attempt] ?? LONGEST_PAUSE);
    }
  }

  /** `undefined` if another process has locked the file, and `until` is not over. */
  #rowsUnlessBusy(
    sql: string,
    values: readonly SqliteValue[],
    until: number,
  ): unknown[] | undefined {
    try {
      return this.#run(sql, values);
    } catch (error) {
      if (!isBusy(error) || performance.now() >= until) throw error;
      return undefined;
    }
  }

  #run(sql: string, values: readonly SqliteValue[]): unknown[] {
    try {
      return this.#prepared(sql).all(...values);
    } catch (error) {
      throw named(error);
    }
  }

  #prepared(sql: string): SyncStatement {
    const known = this.#statements.get(sql);
    if (known !== undefined) return known;
    const statement = this.#database.prepare(sql);
    this.#statements.set(sql, statement);
    return statement;
  }
}

function openSync({ DatabaseSync }: NodeSqlite, { path, busyTimeout }: OpenOptions) {
  if (path !== ':memory:' && !existsSync(path)) throw new CannotOpenError(`${path} is missing.`);
  try {
    return new SyncConnection(new DatabaseSync(path), busyTimeout);
  } catch (error) {
    throw named(error);
  }
}

/** `undefined` where this Node.js has no `node:sqlite`, or has it behind a flag only. */
export function loadNodeDriver(): SqliteDriver | undefined {
  // Not imported: bundlers and older versions of Node.js do not know the module.
  const module = process.getBuiltinModule('node:sqlite') as unknown;
  if (module === undefined) return undefined;
  return async (options) => openSync(module as NodeSqlite, options); // see NodeSqlite
}
