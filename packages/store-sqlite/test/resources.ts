import { appendFile } from 'node:fs/promises';
import { type SqliteStore, type SqliteStoreOptions, sqliteStore } from '@cached-llm/store-sqlite';
import { type TemporaryFolder, temporaryFolder } from '@cached-llm/testing';
import { afterEach, beforeEach } from '@jest/globals';
import type { DriverConnection, Query, SqliteValue } from '../src/driver/index.ts';
import { loadDriver } from '../src/driver/index.ts';
import { APPLICATION_ID } from '../src/own-file.ts';
import { driver, withDriver } from './chosen-driver.ts';

/** A file of the store of which only the header is left. */
export function damagedFile(id = APPLICATION_ID): Buffer {
  const file = Buffer.alloc(12_000, 'damage');
  file.write('SQLite format 3\0');
  file.writeUInt32BE(id, 68);
  return file;
}

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
    const store = sqliteStore(withDriver(options));
    this.afterThisTest(() => store.disconnect());
    return store;
  }

  /**
   * Another connection to the file, which is made where it is missing. It has the same driver: two copies of SQLite in
   * one process take away each other's locks.
   */
  async connect(): Promise<Query> {
    await appendFile(this.path, '');
    const { read, close } = await this.#open();
    this.afterThisTest(close);
    return read;
  }

  /** Sends one query to the file through another connection. */
  async query<Row extends object = Record<string, unknown>>(
    sql: string,
    ...values: SqliteValue[]
  ): Promise<Row[]> {
    const { read, close } = await this.#open();
    return read<Row>(sql, ...values).finally(close);
  }

  async #open(): Promise<DriverConnection> {
    const open = await loadDriver(driver);
    const connection = await open({ path: this.path, busyTimeout: 5_000, table: 'other' });
    return { ...connection, close: () => connection.close() };
  }
}
