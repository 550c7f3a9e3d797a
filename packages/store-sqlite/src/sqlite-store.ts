import type { Store, StoredRow } from '@cached-llm/core';
import { type Deserialize, Keyv } from 'keyv';
import { countRows } from './count-rows.ts';
import { frameText, unframeText } from './framed-text.ts';
import { scanRows } from './scan-rows.ts';
import { SqliteConnection } from './sqlite-connection.ts';
import { resolveOptions, type SqliteStoreOptions } from './sqlite-store-options.ts';
import { SqliteTable } from './sqlite-table.ts';
import { sweepRows } from './sweep-rows.ts';

/**
 * A Keyv for strings in a SQLite file that several processes may share. Keys are stored as given. What
 * fails rejects, always, and is emitted nowhere. Use it through `sqliteStore()`.
 */
export class SqliteStore extends Keyv<string> implements Store {
  readonly #connection: SqliteConnection;

  /** @throws LlmCacheError `INVALID_OPTION` */
  constructor(options: string | SqliteStoreOptions = {}) {
    const connection = new SqliteConnection(resolveOptions(options));
    super(new SqliteTable(connection), {
      namespace: '', // none: Keyv's own would prefix the keys
      useKeyPrefix: false,
      throwOnErrors: true,
      emitErrors: false,
      serialize: frameText,
      // As Keyv's type would have it, a reader knows every type of value; there are only strings here.
      deserialize: unframeText as Deserialize,
    });
    this.#connection = connection;
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
