import { randomUUID } from 'node:crypto';
import { parseJson } from '../entry/index.ts';
import { fieldsOf, isFields, listOf } from '../key/index.ts';
import type { RowStore, Store } from '../store/index.ts';
import {
  addReason,
  addUp,
  type Counters,
  type CountersByDay,
  type DayCounters,
  emptyCounters,
  type NamedCounters,
  namedCounters,
  REASONS,
} from './counters.ts';
import type { BucketCounts, Histogram } from './histogram.ts';

type Task = () => Promise<unknown>;

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

const VERSION = 1;

/** The prefix of the ledger's rows, which are not entries. */
export const ledgerPrefix = (prefix: string) => `${prefix}ledger:`;

const isCount = (value: unknown): value is number => Number.isFinite(value) && Number(value) > 0;

/** The valid counts that are above zero. */
function countsIn(value: unknown): Record<string, number> {
  const counts = Object.entries(fieldsOf(value)).filter(([, count]) => isCount(count));
  return Object.fromEntries(counts) as Record<string, number>; // the filter leaves counts only
}

const histogramRow = ({ buckets, sum }: Histogram) => ({ buckets, sum });

function rowOf({ provider, model, counters }: NamedCounters) {
  const reasons = REASONS.map((name) => [name, Object.fromEntries(counters.reasons[name])]);
  return {
    provider,
    model,
    counts: countsIn(counters.counts),
    reasons: Object.fromEntries(reasons),
    saved: countsIn(counters.saved),
    spent: countsIn(counters.spent),
    cached: histogramRow(counters.cached),
    uncached: histogramRow(counters.uncached),
  };
}

/** One day of one process as text: sums under the names of providers and models. */
export function ledgerText(day: DayCounters): string {
  return JSON.stringify({ version: VERSION, rows: namedCounters(day).map(rowOf) });
}

function readHistogram(histogram: Histogram, value: unknown): void {
  const { buckets, sum } = fieldsOf(value);
  const pairs = listOf(buckets).filter(
    (pair) => Array.isArray(pair) && Number.isInteger(pair[0]) && pair[0] >= 0 && isCount(pair[1]),
  );
  histogram.merge(pairs as BucketCounts, isCount(sum) ? sum : 0); // the filter leaves pairs of numbers only
}

function readCounters(row: Readonly<Record<string, unknown>>): Counters {
  const counters = emptyCounters();
  addUp(counters.counts, countsIn(row.counts));
  addUp(counters.saved, countsIn(row.saved));
  addUp(counters.spent, countsIn(row.spent));
  for (const name of REASONS) {
    const reasons = Object.entries(countsIn(fieldsOf(row.reasons)[name]));
    for (const [reason, count] of reasons) addReason(counters.reasons[name], reason, count);
  }
  readHistogram(counters.cached, row.cached);
  readHistogram(counters.uncached, row.uncached);
  return counters;
}

function parsed(text: string): Readonly<Record<string, unknown>> {
  try {
    return fieldsOf(parseJson(text));
  } catch {
    return {}; // a row that was cut or written by another program adds nothing
  }
}

/** What a process wrote, or nothing where the text has another format. */
export function readLedgerText(text: string, day: string): readonly NamedCounters[] {
  const { version, rows } = parsed(text);
  if (version !== VERSION) return [];
  return listOf(rows).flatMap((row) => {
    if (!isFields(row) || typeof row.provider !== 'string') return [];
    const model = typeof row.model === 'string' ? row.model : undefined;
    return [{ day, provider: row.provider, model, counters: readCounters(row) }];
  });
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
  #timer: NodeJS.Timeout | undefined;
  #cancelExitTask = () => {};
  #written: Promise<void> = Promise.resolve();

  constructor(parts: LedgerStoreParts) {
    this.#parts = parts;
    instances += 1;
    this.#name = `${PROCESS}:${instances}`;
    if (parts.interval !== undefined) parts.counters.onChange = () => this.#startTimer();
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

  /** What the others wrote. It yields nothing where the store cannot list its rows. */
  async *others(): AsyncGenerator<ProcessCounters, void, undefined> {
    const prefix = ledgerPrefix(this.#parts.prefix);
    for await (const { key, value } of this.#parts.store.scan?.(prefix) ?? []) {
      const [day = '', process = '', instance = ''] = key.slice(prefix.length).split(':');
      const isOwn = this.#name === `${process}:${instance}`;
      if (!isOwn) yield { process, counters: readLedgerText(value, day) };
    }
  }

  /** Starts one timer at the first change. It does not keep the process alive. */
  #startTimer(): void {
    if (this.#timer !== undefined) return;
    this.#timer = setTimeout(() => void this.write(), this.#parts.interval).unref();
    this.#cancelExitTask = beforeExit(() => this.write());
  }

  #stopTimer(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#cancelExitTask();
  }

  async #writeAll(): Promise<void> {
    for (const day of this.#parts.counters.days) if (day.isChanged) await this.#writeDay(day);
  }

  async #writeDay(day: DayCounters): Promise<void> {
    day.isChanged = false; // set before the text is made, so that later counts are written next time
    const key = `${ledgerPrefix(this.#parts.prefix)}${day.day}:${this.#name}`;
    if (await this.#parts.rows.write(key, ledgerText(day), LEDGER_ROW_TTL)) return;
    day.isChanged = true;
    this.#startTimer();
  }
}
