import { type SqliteStore, type SqliteStoreOptions, sqliteStore } from '@cached-llm/store-sqlite';
import { type TemporaryFolder, temporaryFolder } from '@cached-llm/testing';
import { afterEach, beforeEach } from '@jest/globals';
import { KeyvSqlite } from '@keyv/sqlite';

/** The resources of one test, which are closed and removed after it. */
export class TestResources {
  #folder: TemporaryFolder | undefined;
  readonly #closings: (() => unknown)[] = [];

  constructor() {
    beforeEach(async () => {
      this.#folder = await temporaryFolder();
    });
    // The latest comes first, and the folder last.
    afterEach(async () => {
      for (const close of this.#closings.splice(0).reverse()) await close();
      await this.#folder?.remove();
    });
  }

  /** A folder, which is empty at first. */
  get folder(): string {
    return String(this.#folder?.path);
  }

  /** A file in the folder, which is missing at first. */
  get path(): string {
    return `${this.folder}/cache.db`;
  }

  /** Calls `close` after the test. */
  afterThisTest(close: () => unknown): void {
    this.#closings.push(close);
  }

  openStore(options: string | SqliteStoreOptions = this.path): SqliteStore {
    const store = sqliteStore(options);
    this.afterThisTest(() => store.disconnect());
    return store;
  }

  /** Sends one query to the file through another connection. */
  async query(sql: string, ...values: unknown[]): Promise<Record<string, unknown>[]> {
    const database = new KeyvSqlite({ uri: this.path, table: 'other' });
    try {
      return await database.query(sql, ...values);
    } finally {
      await database.disconnect();
    }
  }
}
