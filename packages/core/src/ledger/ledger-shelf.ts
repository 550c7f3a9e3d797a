import { randomUUID } from 'node:crypto';
import type { Rows } from '../store/rows.ts';
import type { Store } from '../store/store.ts';
import { beforeExit } from './before-exit.ts';
import type { DayBook, NamedTally } from './day-book.ts';
import { ledgerPrefix, ledgerText, readLedgerText } from './ledger-text.ts';
import type { TallyBook } from './tally-book.ts';

/** Milliseconds a day's sums are kept after they were last written. */
const LIFE = 90 * 86_400_000;

export interface LedgerShelfParts {
  readonly book: TallyBook;
  readonly rows: Rows;
  readonly store: Store;
  /** Of the namespace. */
  readonly prefix: string;
  /** Milliseconds from the first count that is not written down to its writing; nothing: never. */
  readonly interval: number | undefined;
}

/** What one process wrote down. */
export interface LedgerSheet {
  readonly process: string;
  readonly tallies: readonly NamedTally[];
}

/** Told from every other process that ever writes, and from other caches in this one. */
const PROCESS = randomUUID();
let shelves = 0;

/**
 * Each process writes its own sums, all of a day in one row that no other writes: nothing is contended for,
 * and writing it again changes nothing.
 */
export class LedgerShelf {
  readonly #parts: LedgerShelfParts;
  /** Of this process. */
  readonly process = PROCESS;
  readonly #name: string;
  #timer: NodeJS.Timeout | undefined;
  #callOff = () => {};
  #written: Promise<void> = Promise.resolve();

  constructor(parts: LedgerShelfParts) {
    this.#parts = parts;
    shelves += 1;
    this.#name = `${PROCESS}:${shelves}`;
    if (parts.interval !== undefined) parts.book.onChange = () => this.#arm();
  }

  /** Writes down what is not. In turn: an older sum never follows a newer one. */
  write(): Promise<void> {
    this.#disarm();
    if (this.#parts.interval === undefined) return Promise.resolve();
    this.#written = this.#written.then(() => this.#writeAll());
    return this.#written;
  }

  async close(): Promise<void> {
    await this.write();
    this.#parts.book.onChange = () => {};
    this.#disarm();
  }

  /** What the others wrote, as far as the store can list its rows. */
  async *others(): AsyncGenerator<LedgerSheet, void, undefined> {
    const prefix = ledgerPrefix(this.#parts.prefix);
    for await (const { key, value } of this.#parts.store.scan?.(prefix) ?? []) {
      const [day = '', process = '', shelf = ''] = key.slice(prefix.length).split(':');
      const isOwn = this.#name === `${process}:${shelf}`;
      if (!isOwn) yield { process, tallies: readLedgerText(value, day) };
    }
  }

  /** One timer from the first change on, which keeps no process alive. */
  #arm(): void {
    if (this.#timer !== undefined) return;
    this.#timer = setTimeout(() => void this.write(), this.#parts.interval).unref();
    this.#callOff = beforeExit(() => this.write());
  }

  #disarm(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#callOff();
  }

  async #writeAll(): Promise<void> {
    for (const day of this.#parts.book.days) if (day.isChanged) await this.#writeDay(day);
  }

  async #writeDay(day: DayBook): Promise<void> {
    day.isChanged = false; // before the text is made: what is counted meanwhile is written next time
    const key = `${ledgerPrefix(this.#parts.prefix)}${day.day}:${this.#name}`;
    if (await this.#parts.rows.write(key, ledgerText(day), LIFE)) return;
    day.isChanged = true;
    this.#arm();
  }
}
