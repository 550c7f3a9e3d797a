import { setImmediate } from 'node:timers/promises';
import { FileOpener, type OpenFile } from './file-opener.ts';
import type { QuarantinedFileError } from './quarantined-file-error.ts';
import { SqliteFile } from './sqlite-file.ts';
import type { SqliteSettings } from './sqlite-store-options.ts';

export type SqliteValue = string | number | Uint8Array;
export type Query = <Row>(sql: string, ...values: SqliteValue[]) => Promise<Row[]>;
type Ask<Row> = (file: OpenFile) => Promise<Row[]>;

/** Milliseconds: as long a process may go on with a file that another one has set aside. */
const PAUSE = 1000;

const ignore = (): void => {};
const closed = () => new Error('The SQLite store was disconnected.');

/** Asks the file at a path, whichever it is just then, and keeps writes in order. */
export class SqliteConnection {
  readonly #opener: FileOpener;
  readonly #file: SqliteFile;
  #closing: Promise<void> | undefined;
  #isClosed = false;
  #writes: Promise<unknown> = Promise.resolve();

  constructor(settings: SqliteSettings, pause = PAUSE) {
    this.#opener = new FileOpener(settings);
    // What is in memory would be lost with its connection.
    const isInMemory = settings.path === ':memory:';
    this.#file = new SqliteFile(this.#opener, isInMemory ? Number.POSITIVE_INFINITY : pause);
  }

  onQuarantine(listener: (error: QuarantinedFileError) => void): void {
    this.#opener.onQuarantine(listener);
  }

  readonly read: Query = (sql, ...values) =>
    this.#isClosed
      ? Promise.reject(closed())
      : this.#ask((file) => file.reads.query(sql, ...values));

  readonly write: Query = (sql, ...values) => this.writeInTurn((query) => query(sql, ...values));

  /**
   * Writes run in the order they were asked for; left to themselves, the threads shuffle them. Nothing else
   * that this store writes comes between the queries of one task.
   */
  async writeInTurn<Result>(task: (query: Query) => Promise<Result>): Promise<Result> {
    if (this.#isClosed) throw closed();
    const written = this.#writes.then(() => task(this.#change));
    this.#writes = written.catch(ignore);
    return written;
  }

  /** Closes after the writes already asked for. As often as you like. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  readonly #change: Query = (sql, ...values) =>
    this.#ask((file) => file.database.query(sql, ...values));

  async #ask<Row>(ask: Ask<Row>): Promise<Row[]> {
    const file = await this.#file.open();
    try {
      return await ask(file);
    } catch (error) {
      const instead = await this.#file.insteadOf(file, error);
      if (instead === undefined) throw error;
      return ask(instead);
    }
  }

  async #close(): Promise<void> {
    // A write asked for just before is still on its way through Keyv.
    await setImmediate();
    this.#isClosed = true;
    await this.#writes;
    await this.#file.close();
  }
}
