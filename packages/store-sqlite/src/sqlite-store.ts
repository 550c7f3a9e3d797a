import { LlmCacheError } from '@cached-llm/core';
import type { AtomicRows, Leases, Store, StoredRow, StoreSize } from '@cached-llm/core/store';
import { type Deserialize, Keyv, type StoredDataNoRaw, type StoredDataRaw } from 'keyv';
import { type FileBound, sweepRows, usedBytes } from './eviction.ts';
import { countRows, scanRows } from './prefix-scan.ts';
import { QuarantinedFileError } from './quarantine.ts';
import { deframeText, frameText } from './row-text.ts';
import { SqliteConnection } from './sqlite-connection.ts';
import { resolveOptions, type SqliteStoreOptions } from './sqlite-store-options.ts';
import { SqliteAtomicRows, SqliteTable } from './sqlite-table.ts';

const SCHEME = 'sqlite:';

/**
 * A Keyv for strings in a SQLite file that several processes may share. Keys are stored as given. Every operation
 * that fails rejects. The event `error` is emitted only if a damaged file was renamed and a new one is used; its
 * error is a {@link QuarantinedFileError}. Make one with {@link sqliteStore}.
 */
export class SqliteStore extends Keyv<string> implements Store {
  /** In a table of their own, timed by SQLite's clock. */
  readonly leases: Leases;
  readonly atomic: AtomicRows;
  readonly #connection: SqliteConnection;
  readonly #table: SqliteTable;
  readonly #bound: FileBound;

  /** @throws LlmCacheError `INVALID_OPTION` */
  constructor(options: string | SqliteStoreOptions = {}) {
    const settings = resolveOptions(options);
    const connection = new SqliteConnection(settings);
    const bound: FileBound = { maxBytes: settings.maxBytes, evictions: 0 };
    const table = new SqliteTable(connection, bound);
    super(table, {
      namespace: '', // none: Keyv's own would prefix the keys
      useKeyPrefix: false,
      throwOnErrors: true,
      serialize: frameText,
      // Keyv's type says that a reader knows every type of value; this store has strings only.
      deserialize: deframeText as Deserialize,
    });
    this.#connection = connection;
    this.#table = table;
    this.#bound = bound;
    this.leases = table.leases;
    this.atomic = new SqliteAtomicRows(connection, bound);
  }

  override get namespace(): string | undefined {
    return super.namespace;
  }

  /** Keyv sets it on a store that it is put around. @throws LlmCacheError `INVALID_OPTION` for a name */
  override set namespace(name: string | undefined) {
    if (!name) return;
    throw new LlmCacheError(
      'INVALID_OPTION',
      'sqliteStore() already is a Keyv, and cannot be put into another one. Pass it itself: createLlmCache({ store: sqliteStore() }).',
    );
  }

  /** Every look-up of a cache takes this way, so it leaves out what Keyv does for each row. */
  override getMany<Value = string>(
    keys: string[],
    options?: { raw: false },
  ): Promise<StoredDataNoRaw<Value>[]>;
  override getMany<Value = string>(
    keys: string[],
    options?: { raw: true },
  ): Promise<StoredDataRaw<Value>[]>;
  override getMany(keys: string[], options?: { raw: boolean }): Promise<unknown[]> {
    return options?.raw ? super.getMany(keys, { raw: true }) : this.#table.getMany(keys);
  }

  /** Writes a row in the call itself, as the process ends, over `node:sqlite` only; a live row stays. */
  setNow(key: string, value: string, ttl?: number): void {
    const expires = ttl === undefined ? undefined : Date.now() + ttl;
    this.#table.setNow(key, frameText({ value, expires }));
  }

  /** Keyv emits the failure of an operation, which the caller gets as a rejection already. */
  override emit(event: string, ...details: unknown[]): void {
    const isNews = event !== 'error' || details[0] instanceof QuarantinedFileError;
    if (isNews) super.emit(event, ...details);
  }

  /** Yields every live row whose key starts with `prefix`, by key, in constant memory, while others write. */
  scan(prefix: string): AsyncGenerator<StoredRow, void, undefined> {
    return scanRows(this.#connection, prefix);
  }

  /** Counts the live rows whose key starts with `prefix`; reads no values. */
  count(prefix: string): Promise<number> {
    return countRows(this.#connection, prefix);
  }

  /** The bound of the file, and how many rows this process evicted. */
  measure(): StoreSize {
    const { maxBytes, evictions } = this.#bound;
    return maxBytes === undefined ? { evictions } : { maxBytes, evictions };
  }

  /** The pages of the file that are in use, with those of all tables that are in it. */
  capacity(): Promise<StoreSize> {
    return usedBytes(this.#connection);
  }

  /** Deletes the expired rows, a few at a time, and returns how many. The file uses their space again. */
  sweep(): Promise<number> {
    return sweepRows(this.#connection);
  }
}

/**
 * Makes a store in a SQLite file; nothing is opened before the first use.
 * @param options the file's path, or an object of options
 * @default a file in the user's cache folder
 * @throws LlmCacheError `INVALID_OPTION`
 */
export function sqliteStore(options?: string | SqliteStoreOptions): SqliteStore {
  return new SqliteStore(options);
}

/**
 * Makes the store that a URL names: `sqlite:./llm.db`, `sqlite:/abs/path.db`, `sqlite::memory:`, or `sqlite:`
 * for the file in the user's cache folder.
 * @throws LlmCacheError `UNKNOWN_STORE` if the URL has another scheme
 */
export function openStore(
  url: string,
  options: Omit<SqliteStoreOptions, 'path'> = {},
): SqliteStore {
  if (!url.startsWith(SCHEME)) {
    throw new LlmCacheError(
      'UNKNOWN_STORE',
      'The URL of a SQLite store starts with `sqlite:`, as in `sqlite:./llm.db`.',
    );
  }
  const path = url.slice(SCHEME.length).replace(/^\/\//, '');
  return sqliteStore(path === '' ? options : { ...options, path });
}
