import { setImmediate } from 'node:timers/promises';
import type { KeyvSqlite } from '@keyv/sqlite';
import { openDatabase } from './open-database.ts';
import type { SqliteSettings } from './sqlite-store-options.ts';

type Value = string | number | Uint8Array;

const ignore = (): void => {};

/** Opens the file at the first use, and again where that failed, so that a repaired disk needs no restart. */
export class SqliteConnection {
  readonly #settings: SqliteSettings;
  readonly #pauseAfterFailure: number;
  #opening: Promise<KeyvSqlite> | undefined;
  #openAgainAt = Number.POSITIVE_INFINITY;
  #closing: Promise<void> | undefined;
  #isClosed = false;
  #writes: Promise<unknown> = Promise.resolve();

  constructor(settings: SqliteSettings, pauseAfterFailure = 1000) {
    this.#settings = settings;
    this.#pauseAfterFailure = pauseAfterFailure;
  }

  async read<Row>(sql: string, ...values: Value[]): Promise<Row[]> {
    this.#refuseWhenClosed();
    return this.#run(sql, values);
  }

  /** Writes run in the order they were asked for; left to themselves, the threads shuffle them. */
  async write<Row>(sql: string, ...values: Value[]): Promise<Row[]> {
    this.#refuseWhenClosed();
    const written = this.#writes.then(() => this.#run<Row>(sql, values));
    this.#writes = written.catch(ignore);
    return written;
  }

  /** Closes after the writes already asked for. As often as you like. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  #refuseWhenClosed(): void {
    if (this.#isClosed) throw new Error('The SQLite store was disconnected.');
  }

  async #run<Row>(sql: string, values: readonly Value[]): Promise<Row[]> {
    const database = await this.#open();
    return database.query(sql, ...values);
  }

  #open(): Promise<KeyvSqlite> {
    if (performance.now() >= this.#openAgainAt) this.#opening = undefined;
    this.#opening ??= this.#tryToOpen();
    return this.#opening;
  }

  async #tryToOpen(): Promise<KeyvSqlite> {
    this.#openAgainAt = Number.POSITIVE_INFINITY;
    try {
      return await openDatabase(this.#settings);
    } catch (error) {
      this.#openAgainAt = performance.now() + this.#pauseAfterFailure;
      throw error;
    }
  }

  async #close(): Promise<void> {
    // A write asked for just before is still on its way through Keyv.
    await setImmediate();
    this.#isClosed = true;
    await this.#writes;
    const database = await this.#opening?.catch(ignore);
    await database?.close();
  }
}
