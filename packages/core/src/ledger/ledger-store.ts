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
  REASONS,
  rowsOf,
} from './counters.ts';
import type { BucketCounts, Histogram } from './histogram.ts';

type Task = () => Promise<unknown>;

const tasks = new Set<Task>();

let isWatching = false;

async function run(): Promise<void> {
  const due = [...tasks];
  tasks.clear();
  await Promise.all(due.map((task) => task()));
}

/**
 * Runs `task` when the process has nothing else to do, and lets it end after that; a process that is killed
 * does not. Returns how to call it off. Once in a life: what runs at the end never begins another end.
 */
export function beforeExit(task: Task): () => void {
  if (!isWatching) process.once('beforeExit', () => void run());
  isWatching = true;
  tasks.add(task);
  return () => tasks.delete(task);
}

const VERSION = 1;

/** Where the rows of the ledger are: they are no entries. */
export const ledgerPrefix = (prefix: string) => `${prefix}ledger:`;

const isCount = (value: unknown): value is number => Number.isFinite(value) && Number(value) > 0;

/** What is not zero. */
function countsIn(value: unknown): Record<string, number> {
  const counts = Object.entries(fieldsOf(value)).filter(([, count]) => isCount(count));
  return Object.fromEntries(counts) as Record<string, number>; // of counts, as just filtered
}

const histogramRow = ({ buckets, sum }: Histogram) => ({ buckets, sum });

function rowOf({ provider, model, counters }: Omit<NamedCounters, 'day'>) {
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

/** One process's day: names of providers and models, and sums. */
export function ledgerText({ counters }: DayCounters): string {
  return JSON.stringify({ version: VERSION, rows: rowsOf(counters).map(rowOf) });
}

function readHistogram(histogram: Histogram, value: unknown): void {
  const { buckets, sum } = fieldsOf(value);
  const pairs = listOf(buckets).filter(
    (pair) => Array.isArray(pair) && Number.isInteger(pair[0]) && pair[0] >= 0 && isCount(pair[1]),
  );
  histogram.merge(pairs as BucketCounts, isCount(sum) ? sum : 0); // pairs, as just filtered
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
    return {}; // cut, or another's: it adds nothing
  }
}

/** What a process wrote down; nothing where the text is of another making. */
export function readLedgerText(text: string, day: string): readonly NamedCounters[] {
  const { version, rows } = parsed(text);
  if (version !== VERSION) return [];
  return listOf(rows).flatMap((row) => {
    if (!isFields(row) || typeof row.provider !== 'string') return [];
    const model = typeof row.model === 'string' ? row.model : undefined;
    return [{ day, provider: row.provider, model, counters: readCounters(row) }];
  });
}

/** Milliseconds a day's sums are kept after they were last written. */
const LEDGER_ROW_TTL = 90 * 86_400_000;

export interface LedgerStoreParts {
  readonly counters: CountersByDay;
  readonly rows: RowStore;
  readonly store: Store;
  /** Of the namespace. */
  readonly prefix: string;
  /** Milliseconds from the first count that is not written down to its writing; nothing: never. */
  readonly interval: number | undefined;
}

/** What one process wrote down. */
export interface ProcessCounters {
  readonly process: string;
  readonly counters: readonly NamedCounters[];
}

/** Told from every other process that ever writes, and from other caches in this one. */
const PROCESS = randomUUID();

let instances = 0;

/**
 * Each process writes its own sums, all of a day in one row that no other writes: nothing is contended for,
 * and writing it again changes nothing.
 */
export class LedgerStore {
  readonly #parts: LedgerStoreParts;
  /** Of this process. */
  readonly process = PROCESS;
  readonly #name: string;
  #timer: NodeJS.Timeout | undefined;
  #callOff = () => {};
  #written: Promise<void> = Promise.resolve();

  constructor(parts: LedgerStoreParts) {
    this.#parts = parts;
    instances += 1;
    this.#name = `${PROCESS}:${instances}`;
    if (parts.interval !== undefined) parts.counters.onChange = () => this.#arm();
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
    this.#parts.counters.onChange = () => {};
    this.#disarm();
  }

  /** What the others wrote, as far as the store can list its rows. */
  async *others(): AsyncGenerator<ProcessCounters, void, undefined> {
    const prefix = ledgerPrefix(this.#parts.prefix);
    for await (const { key, value } of this.#parts.store.scan?.(prefix) ?? []) {
      const [day = '', process = '', instance = ''] = key.slice(prefix.length).split(':');
      const isOwn = this.#name === `${process}:${instance}`;
      if (!isOwn) yield { process, counters: readLedgerText(value, day) };
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
    for (const day of this.#parts.counters.days) if (day.isChanged) await this.#writeDay(day);
  }

  async #writeDay(day: DayCounters): Promise<void> {
    day.isChanged = false; // before the text is made: what is counted meanwhile is written next time
    const key = `${ledgerPrefix(this.#parts.prefix)}${day.day}:${this.#name}`;
    if (await this.#parts.rows.write(key, ledgerText(day), LEDGER_ROW_TTL)) return;
    day.isChanged = true;
    this.#arm();
  }
}
