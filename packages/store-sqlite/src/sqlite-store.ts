import type { Leases, Store, StoredRow } from '@cached-llm/core';
import { type Deserialize, Keyv, type StoredDataNoRaw, type StoredDataRaw } from 'keyv';
import { countRows } from './count-rows.ts';
import { scanRows } from './prefix-scan.ts';
import { QuarantinedFileError } from './quarantined-file-error.ts';
import { deframeText, frameText } from './row-text.ts';
import { SqliteConnection } from './sqlite-connection.ts';
import { resolveOptions, type SqliteStoreOptions } from './sqlite-store-options.ts';
import { SqliteTable } from './sqlite-table.ts';
import { sweepRows } from './sweep-rows.ts';

/**
 * A Keyv for strings in a SQLite file that several processes may share. Keys are stored as given. What
 * fails rejects, always. An `error` event with the code `quarantined` says that a damaged file was renamed,
 * and a new one is used. Use it through `sqliteStore()`.
 */
export class SqliteStore extends Keyv<string> implements Store {
  /** In a table of their own, for as long as the file's own clock says. */
  readonly leases: Leases;
  readonly #connection: SqliteConnection;
  readonly #table: SqliteTable;

  /** @throws LlmCacheError `INVALID_OPTION` */
  constructor(options: string | SqliteStoreOptions = {}) {
    const settings = resolveOptions(options);
    const connection = new SqliteConnection(settings);
    const table = new SqliteTable(connection, settings.maxBytes);
    super(table, {
      namespace: '', // none: Keyv's own would prefix the keys
      useKeyPrefix: false,
      throwOnErrors: true,
      serialize: frameText,
      // As Keyv's type would have it, a reader knows every type of value; there are only strings here.
      deserialize: deframeText as Deserialize,
    });
    this.#connection = connection;
    this.#table = table;
    this.leases = table.leases;
  }

  /** Every look-up of a cache comes this way: what Keyv does around a row, it does for nothing here. */
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

  /** What fails rejects, and is not told a second time. */
  override emit(event: string, ...details: unknown[]): void {
    const isTold = event !== 'error' || details[0] instanceof QuarantinedFileError;
    if (isTold) super.emit(event, ...details);
  }

  /** Every live row whose key starts with `prefix`, by key, in constant memory, while others write. */
  scan(prefix: string): AsyncGenerator<StoredRow, void, undefined> {
    return scanRows(this.#connection, prefix);
  }

  /** How many live rows have a key that starts with `prefix`; reads no values. */
  count(prefix: string): Promise<number> {
    return countRows(this.#connection, prefix);
  }

  /** Deletes the expired rows, a few at a time, and says how many. Their space is used again. */
  sweep(): Promise<number> {
    return sweepRows(this.#connection);
  }
}

/**
 * A store in a SQLite file.
 * @param options the file's path, or more; without one, a file in the user's cache folder
 * @throws LlmCacheError `INVALID_OPTION`
 */
export function sqliteStore(options?: string | SqliteStoreOptions): SqliteStore {
  return new SqliteStore(options);
}
