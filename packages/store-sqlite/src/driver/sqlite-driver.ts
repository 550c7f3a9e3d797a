export type SqliteValue = string | number | Uint8Array;
/** Parameters are written as `?`: `node:sqlite` of Node.js 22.13 knows no numbered ones. */
export type Query = <Row>(sql: string, ...values: SqliteValue[]) => Promise<Row[]>;

/** One open file, or one database in memory. */
export interface DriverConnection {
  /** Waits for no write of this process. */
  readonly read: Query;
  readonly write: Query;
  /** Runs a statement in the call itself. A driver with threads of its own cannot. */
  readonly writeNow?: ((sql: string, ...values: SqliteValue[]) => void) | undefined;
  close(): Promise<void>;
}

/** The two ways to SQLite; both write the same file format. */
export type SqliteDriverName = 'sqlite3' | 'node:sqlite';

export interface OpenOptions {
  readonly path: string;
  readonly busyTimeout: number;
  /** The table for rows, which `@keyv/sqlite` makes before the first write. */
  readonly table: string;
}

/** Opens a file that exists, and never makes one. `:memory:` is a database in memory. */
export type SqliteDriver = (options: OpenOptions) => Promise<DriverConnection>;

const NAMES: ReadonlySet<unknown> = new Set<SqliteDriverName>(['sqlite3', 'node:sqlite']);

export function isDriverName(name: unknown): name is SqliteDriverName {
  return NAMES.has(name);
}

export type FaultKind = 'damage' | 'full' | 'obstacle' | 'other';

const KINDS: Readonly<Record<string, FaultKind>> = {
  SQLITE_CORRUPT: 'damage',
  SQLITE_NOTADB: 'damage',
  SQLITE_FULL: 'full',
  SQLITE_READONLY: 'obstacle',
  SQLITE_CANTOPEN: 'obstacle',
  SQLITE_IOERR: 'obstacle',
};

/**
 * What an error means for the file: the file is damaged, it is full, or there is an obstacle, which an open
 * connection may still see after it is gone. Waiting for another process (`SQLITE_BUSY`) is none of these.
 */
export function faultKind(error: unknown): FaultKind {
  const { code } = (error ?? {}) as { code?: unknown }; // caught: anything, and of any realm
  return KINDS[String(code)] ?? 'other';
}
