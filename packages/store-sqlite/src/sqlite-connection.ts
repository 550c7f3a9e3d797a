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
  /** What calls wait for. */
  readonly #first: (() => Promise<unknown>)[] = [];

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
   * Runs tasks in the order of the calls, which the driver's threads would shuffle. Nothing else that waits for its turn
   * comes between the queries of one task.
   */
  async writeInTurn<Result>(task: (query: Query) => Promise<Result>): Promise<Result> {
    if (this.#isClosed) throw disconnected();
    this.#turns += 1;
    return this.#enqueue(() => this.#inPlace(() => task(this.#changeInTurn)));
  }

  /**
   * Runs a task before all that waits for its turn, and between the queries of a task whose turn it is: calls wait for it.
   * It must not matter to them whether it comes before or after.
   */
  async writeFirst<Result>(task: (query: Query) => Promise<Result>): Promise<Result> {
    if (this.#isClosed) throw disconnected();
    return new Promise((resolve, reject) => {
      this.#first.push(() => this.#inPlace(() => task(this.#change)).then(resolve, reject));
      void this.#enqueue(this.#runFirst);
    });
  }

  /** Closes after the writes that were asked for. May be called more than once. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  /** Runs a task again if its file was removed meanwhile: others read and write another one by now. */
  async #inPlace<Result>(task: () => Promise<Result>): Promise<Result> {
    const result = await task();
    return (await this.#file.isStillInPlace()) ? result : task();
  }

  #enqueue<Result>(task: () => Promise<Result>): Promise<Result> {
    const written = this.#writes.then(task);
    this.#writes = written.catch(() => {});
    return written;
  }

  readonly #runFirst = async (): Promise<void> => {
    for (let next = this.#first.shift(); next !== undefined; next = this.#first.shift())
      await next();
  };

  readonly #changeInTurn: Query = async (sql, ...values) => {
    await this.#runFirst();
    return this.#change(sql, ...values);
  };

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
