import { randomUUID } from 'node:crypto';
import { startTimer } from '../options/index.ts';
import type { RowStore, Store } from '../store/index.ts';
import { beforeExit, processName } from './at-exit.ts';
import { CounterSums, ledgerPrefix, type NamedCounters } from './counters.ts';
import {
  type CountedDay,
  type CountedWindow,
  type CountersByTime,
  countersOfWindow,
} from './counters-by-time.ts';

/** Loaded when counters are first written or read: most caches live in memory and never do either. */
const loadLedgerText = () => import('./ledger-text.ts');

/** Milliseconds for which a day stays in the store after it was last written. */
const DAY_TTL = 90 * 86_400_000;

/** Windows stay so long that each of the last 24 hours is in them, and an hour more. */
const WINDOW_TTL = 26 * 3_600_000;

/** Rows that one operation of the store removes. */
const ROWS_PER_REMOVAL = 500;

export interface LedgerStoreParts {
  readonly counters: CountersByTime;
  readonly rows: RowStore;
  readonly store: Store;
  /** The prefix of the namespace. */
  readonly prefix: string;
  /** Milliseconds from the first count that is not yet written to its writing. `undefined`: it is never written. */
  readonly interval: number | undefined;
}

/** A row of the ledger that counts: those from before the last reset do not. */
export interface LedgerEntry {
  /** The day, `YYYY-MM-DD`, or the instant at which the window begins, in milliseconds since 1970. */
  readonly time: string;
  readonly process: string;
  /** What the row counts is in the memory of this process, too. */
  readonly isInMemory: boolean;
  readonly text: string;
}

/** What the keys of the rows start with. Days stay for months, and windows for hours. */
const SPANS = { day: '', window: '-window' } as const;

export type LedgerSpan = keyof typeof SPANS;

let instances = 0;

/**
 * Each cache of each process writes its own sums: one row for each day, and one for each window of five minutes. No other
 * process writes these rows, so writes never conflict, and writing a row again changes nothing. A reset gives all rows
 * another name: a process that has not learned of it yet writes rows that nobody counts.
 */
export class LedgerStore {
  readonly #parts: LedgerStoreParts;
  /** The name of this process. */
  readonly process = processName();
  readonly #name: string;
  readonly #prefix: string;
  /** What the last reset is called. Empty if there was none, and undefined as long as the store has not said it. */
  #reset: string | undefined;
  #cancelTimer: (() => void) | undefined;
  #cancelExitTask = () => {};
  #written: Promise<unknown>;

  constructor(parts: LedgerStoreParts) {
    this.#parts = parts;
    this.#prefix = ledgerPrefix(parts.prefix);
    instances += 1;
    this.#name = `${this.process}:${instances}`;
    this.#written = this.#learnReset();
    if (parts.interval === undefined) return;
    parts.counters.onChange = () => this.#startTimer();
    if (parts.counters.windows.some(({ isChanged }) => isChanged)) this.#startTimer();
  }

  /** Writes what is not yet written. Writes run one after another, so that an older sum never replaces a newer one. */
  async write(): Promise<void> {
    this.#stopTimer();
    if (this.#parts.interval !== undefined) await this.#inTurn(() => this.#writeAll());
  }

  async close(): Promise<void> {
    await this.write();
    this.#parts.counters.onChange = () => {};
    this.#stopTimer();
  }

  /** What all processes wrote. It yields nothing if the store cannot list its rows. */
  async *entries(span: LedgerSpan): AsyncGenerator<LedgerEntry, void, undefined> {
    const prefix = `${this.#prefix}${SPANS[span]}:`;
    const inMemory = this.#parts.counters.windows.map(({ number }) => String(number));
    for await (const { key, value: text } of this.#parts.store.scan?.(prefix) ?? []) {
      const [time = '', process = '', instance = '', number = '', reset = ''] = key
        .slice(prefix.length)
        .split(':');
      const isOwn = this.#name === `${process}:${instance}`;
      const isInMemory = isOwn && (span === 'day' || inMemory.includes(number));
      if (reset === this.#reset || !this.#reset) yield { time, process, isInMemory, text };
    }
  }

  /** Begins at 0 again if another process has reset the ledger. Resolves to false if the store does not answer. */
  learnReset(): Promise<boolean> {
    return this.#inTurn(() => this.#learnReset());
  }

  /** Removes what all processes wrote, and lets them begin at 0 when they write next. Resolves to false if the store failed. */
  reset(): Promise<boolean> {
    return this.#inTurn(async () => {
      const { rows, counters, store } = this.#parts;
      const older: string[] = [];
      for await (const { key } of store.scan?.(this.#prefix) ?? []) older.push(key);
      const reset = randomUUID();
      if (!(await rows.write(this.#resetKey, reset, DAY_TTL))) return false;
      this.#reset = reset;
      counters.clear();
      let isRemoved = true;
      for (let start = 0; start < older.length; start += ROWS_PER_REMOVAL) {
        const page = older.slice(start, start + ROWS_PER_REMOVAL);
        isRemoved =
          (await rows.removeMany(page.filter((key) => key !== this.#resetKey))) && isRemoved;
      }
      return isRemoved;
    });
  }

  get #resetKey(): string {
    return `${this.#prefix}-reset`;
  }

  #inTurn<Result>(task: () => Promise<Result>): Promise<Result> {
    const done = this.#written.then(task);
    this.#written = done.catch(() => {});
    return done;
  }

  /** Undefined if the store does not answer. */
  async #readReset(): Promise<string | undefined> {
    const texts = await this.#parts.rows.readLatest([this.#resetKey]);
    return texts && (texts[0] ?? '');
  }

  async #learnReset(): Promise<boolean> {
    const reset = await this.#readReset();
    if (reset === undefined) return false;
    const known = this.#reset;
    if (reset !== '' || known === undefined) this.#reset = reset; // a store may lose the row of a reset
    if (known !== undefined && known !== this.#reset) this.#parts.counters.clear();
    return true;
  }

  /** Starts one timer at the first change. It does not keep the process alive. */
  #startTimer(): void {
    const { interval } = this.#parts;
    if (this.#cancelTimer !== undefined || interval === undefined) return;
    this.#cancelTimer = startTimer(interval, () => void this.write());
    this.#cancelExitTask = beforeExit(() => this.write());
  }

  #stopTimer(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    this.#cancelExitTask();
  }

  async #writeAll(): Promise<void> {
    const { counters } = this.#parts;
    await this.#learnReset();
    // They are taken before the texts are made, so that what is counted later is written next time.
    const { days, windows } = counters.takeChanged();
    for (const day of days) {
      const isWritten = await this.#writeRow(this.#dayKey(day), counters.ofDay(day), DAY_TTL);
      if (!isWritten) day.isChanged = true;
    }
    for (const window of windows) {
      const named = countersOfWindow(window);
      const isWritten = await this.#writeRow(this.#windowKey(window), named, WINDOW_TTL);
      if (!isWritten) window.isChanged = window.of.isChanged = true;
    }
    if (days.some(({ isChanged }) => isChanged)) this.#startTimer();
  }

  #dayKey({ day }: CountedDay): string {
    const reset = this.#reset ? `::${this.#reset}` : '';
    return `${this.#prefix}${SPANS.day}:${day}:${this.#name}${reset}`;
  }

  #windowKey({ from, number }: CountedWindow): string {
    const reset = this.#reset ? `:${this.#reset}` : '';
    return `${this.#prefix}${SPANS.window}:${from}:${this.#name}:${number}${reset}`;
  }

  async #writeRow(key: string, named: readonly NamedCounters[], ttl: number): Promise<boolean> {
    try {
      const { ledgerText } = await loadLedgerText();
      const sums = new CounterSums();
      sums.add(named);
      return await this.#parts.rows.write(key, ledgerText(sums.all), ttl);
    } catch {
      return false; // the package was replaced under a running process: the next interval tries again
    }
  }
}
