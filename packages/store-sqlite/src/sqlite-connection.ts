import { setImmediate } from 'node:timers/promises';
import type { Query, SqliteValue } from './driver/index.ts';
import type { QuarantinedFileError } from './quarantine.ts';
import { type OpenFile, SqliteFile } from './sqlite-file.ts';
import type { SqliteSettings } from './sqlite-store-options.ts';

/** Milliseconds that a process may go on with a file that another process has set aside. */
const CHECK_INTERVAL = 1000;

const disconnected = () => new Error('The SQLite store was disconnected; make a new one.');

/** Sends each query to the file that the path names at that moment, and runs writes in order. */
export class SqliteConnection {
  readonly #file: SqliteFile;
  #closing: Promise<void> | undefined;
  #isClosed = false;
  #writes: Promise<unknown> = Promise.resolve();
  #turns = 0;

  constructor(settings: SqliteSettings, checkInterval = CHECK_INTERVAL) {
    this.#file = new SqliteFile(settings, checkInterval);
  }

  onQuarantine(listener: (error: QuarantinedFileError) => void): void {
    this.#file.onQuarantine(listener);
  }

  readonly read: Query = (sql, ...values) =>
    this.#isClosed
      ? Promise.reject(disconnected())
      : this.#send((file) => file.read(sql, ...values));

  readonly write: Query = (sql, ...values) => this.writeInTurn((query) => query(sql, ...values));

  /** Runs a statement in the call itself, where the file is open and its driver can. */
  writeNow(sql: string, ...values: SqliteValue[]): void {
    if (!this.#isClosed) this.#file.opened?.writeNow?.(sql, ...values);
  }

  /** How many tasks were asked for: the last one has this number. */
  get turns(): number {
    return this.#turns;
  }

  /**
   * Runs tasks in the order of the calls, which the driver's threads would shuffle. Nothing else that this store
   * writes comes between the queries of one task.
   */
  async writeInTurn<Result>(task: (query: Query) => Promise<Result>): Promise<Result> {
    if (this.#isClosed) throw disconnected();
    this.#turns += 1;
    const written = this.#writes.then(() => task(this.#change));
    this.#writes = written.catch(() => {});
    return written;
  }

  /** Closes after the writes that were asked for. May be called more than once. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  readonly #change: Query = (sql, ...values) => this.#send((file) => file.write(sql, ...values));

  async #send<Row>(query: (file: OpenFile) => Promise<Row[]>): Promise<Row[]> {
    const file = await this.#file.open();
    try {
      return await query(file);
    } catch (error) {
      const instead = await this.#file.insteadOf(file, error);
      if (instead === undefined) throw await this.#file.explained(error);
      return query(instead);
    }
  }

  async #close(): Promise<void> {
    // A write that was asked for just before is still on its way through Keyv.
    await setImmediate();
    this.#isClosed = true;
    await this.#writes;
    await this.#file.close();
  }
}
