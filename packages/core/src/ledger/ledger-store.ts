import { randomUUID } from 'node:crypto';
import { startTimer } from '../options/index.ts';
import type { RowStore, Store } from '../store/index.ts';
import {
  type CountersByDay,
  type DayCounters,
  ledgerPrefix,
  type NamedCounters,
} from './counters.ts';

type Task = () => Promise<unknown>;

/** Loaded when counters are first written or read: most caches live in memory and never do either. */
const loadLedgerText = () => import('./ledger-text.ts');

const exitTasks = new Set<Task>();

let isWatching = false;

async function runExitTasks(): Promise<void> {
  const due = [...exitTasks];
  exitTasks.clear();
  await Promise.all(due.map((task) => task()));
}

/**
 * Runs `task` when the process has nothing else to do, and lets the process end after it. A killed process does not
 * run it. Returns a function that cancels it. Node is watched once, because work at the end emits the event again.
 */
function beforeExit(task: Task): () => void {
  if (!isWatching) process.once('beforeExit', () => void runExitTasks());
  isWatching = true;
  exitTasks.add(task);
  return () => exitTasks.delete(task);
}

/** Milliseconds for which a day stays in the store after it was last written. */
const LEDGER_ROW_TTL = 90 * 86_400_000;

export interface LedgerStoreParts {
  readonly counters: CountersByDay;
  readonly rows: RowStore;
  readonly store: Store;
  /** The prefix of the namespace. */
  readonly prefix: string;
  /** Milliseconds from the first count that is not yet written to its writing. `undefined`: it is never written. */
  readonly interval: number | undefined;
}

/** What one process wrote on one day. */
export interface ProcessCounters {
  readonly process: string;
  readonly counters: readonly NamedCounters[];
}

/** No other process ever has this name. */
const PROCESS = randomUUID();

let instances = 0;

/**
 * Each cache of each process writes its own sums, one row for each day. No other process writes that row, so writes
 * never conflict, and writing a row again changes nothing.
 */
export class LedgerStore {
  readonly #parts: LedgerStoreParts;
  /** The name of this process. */
  readonly process = PROCESS;
  readonly #name: string;
  #cancelTimer: (() => void) | undefined;
  #cancelExitTask = () => {};
  #written: Promise<void> = Promise.resolve();

  constructor(parts: LedgerStoreParts) {
    this.#parts = parts;
    instances += 1;
    this.#name = `${PROCESS}:${instances}`;
    if (parts.interval === undefined) return;
    parts.counters.onChange = () => this.#startTimer();
    if ([...parts.counters.days].some(({ isChanged }) => isChanged)) this.#startTimer();
  }

  /** Writes what is not yet written. Writes run one after another, so that an older sum never replaces a newer one. */
  write(): Promise<void> {
    this.#stopTimer();
    if (this.#parts.interval === undefined) return Promise.resolve();
    this.#written = this.#written.then(() => this.#writeAll());
    return this.#written;
  }

  async close(): Promise<void> {
    await this.write();
    this.#parts.counters.onChange = () => {};
    this.#stopTimer();
  }

  /** What the other processes wrote. It yields nothing if the store cannot list its rows. */
  async *others(): AsyncGenerator<ProcessCounters, void, undefined> {
    const prefix = ledgerPrefix(this.#parts.prefix);
    const { readLedgerText } = await loadLedgerText();
    for await (const { key, value } of this.#parts.store.scan?.(prefix) ?? []) {
      const [day = '', process = '', instance = ''] = key.slice(prefix.length).split(':');
      const isOwn = this.#name === `${process}:${instance}`;
      if (!isOwn) yield { process, counters: readLedgerText(value, day) };
    }
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
    for (const day of this.#parts.counters.days) if (day.isChanged) await this.#writeDay(day);
  }

  async #writeDay(day: DayCounters): Promise<void> {
    day.isChanged = false; // set before the text is made, so that later counts are written next time
    const key = `${ledgerPrefix(this.#parts.prefix)}${day.day}:${this.#name}`;
    if (await this.#writeRow(key, day)) return;
    day.isChanged = true;
    this.#startTimer();
  }
  async #writeRow(key: string, day: DayCounters): Promise<boolean> {
    try {
      const { ledgerText } = await loadLedgerText();
      return await this.#parts.rows.write(key, ledgerText(day), LEDGER_ROW_TTL);
    } catch {
      return false; // the package was replaced under a running process: the next interval tries again
    }
  }
}
