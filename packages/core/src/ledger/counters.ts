import type { Usage } from '../entry/index.ts';
import { isGiven } from '../key/index.ts';
import { Histogram } from './histogram.ts';

export const emptyUsageSums = () => ({
  input: 0,
  output: 0,
  /** Answers whose price came with them, or from the user's own `priceOf`; and that money, in US dollars. */
  priced: 0,
  usd: 0,
  /** Answers that a list of prices has to price, and their tokens. */
  listed: 0,
  listedInput: 0,
  listedOutput: 0,
  listedRead: 0,
  listedWrite: 0,
  /** Answers that say neither. */
  uncounted: 0,
});

/** Tokens and money of many answers of one model. Nothing but sums, so bills add up. */
export type UsageSums = ReturnType<typeof emptyUsageSums>;

/** A stored header may say anything. */
const amount = (value: unknown): number =>
  typeof value === 'number' && Number.isFinite(value) && value > 0 ? value : 0;

/** One answer more. `price` is in US dollars, where it is known. */
export function addUsage(
  bill: UsageSums,
  usage: Usage | undefined,
  price: number | undefined,
): void {
  const input = amount(usage?.inputTokens);
  const output = amount(usage?.outputTokens);
  bill.input += input;
  bill.output += output;
  if (price !== undefined) {
    bill.priced += 1;
    bill.usd += price;
  } else if (isGiven(usage?.inputTokens) || isGiven(usage?.outputTokens)) {
    bill.listed += 1;
    bill.listedInput += input;
    bill.listedOutput += output;
    bill.listedRead += amount(usage?.cacheReadTokens);
    bill.listedWrite += amount(usage?.cacheWriteTokens);
  } else {
    bill.uncounted += 1;
  }
}

/** How often; `replaced` and `replacing` are milliseconds. */
const emptyCounts = () => ({
  hits: 0,
  stale: 0,
  misses: 0,
  collapsed: 0,
  bypasses: 0,
  stored: 0,
  notAdmitted: 0,
  storeErrors: 0,
  evictions: 0,
  /** What the calls had taken whose answers came from the store, and what the store took instead. */
  replaced: 0,
  replacing: 0,
});

/** Why requests went past the cache, answers were not kept, and which operations of a store failed. */
export const REASONS = ['bypasses', 'notAdmitted', 'storeErrors'] as const;

type ReasonCounts = Record<(typeof REASONS)[number], Map<string, number>>;

/** What happened: counted, added up, and nothing else. */
export interface Counters {
  readonly counts: ReturnType<typeof emptyCounts>;
  readonly reasons: ReasonCounts;
  readonly saved: UsageSums;
  readonly spent: UsageSums;
  readonly cached: Histogram;
  readonly uncached: Histogram;
}

export const emptyCounters = (): Counters => ({
  counts: emptyCounts(),
  reasons: { bypasses: new Map(), notAdmitted: new Map(), storeErrors: new Map() },
  saved: emptyUsageSums(),
  spent: emptyUsageSums(),
  cached: new Histogram(),
  uncached: new Histogram(),
});

/** Adds each of `more` to the sum of the same name. */
export function addUp(sums: Record<string, number>, more: Readonly<Record<string, number>>): void {
  for (const [name, sum] of Object.entries(sums)) sums[name] = sum + (more[name] ?? 0);
}

export function addReason(reasons: Map<string, number>, reason: string, count = 1): void {
  reasons.set(reason, (reasons.get(reason) ?? 0) + count);
}

export function addCounters(counters: Counters, more: Counters): void {
  addUp(counters.counts, more.counts);
  addUp(counters.saved, more.saved);
  addUp(counters.spent, more.spent);
  for (const name of REASONS) {
    for (const [reason, count] of more.reasons[name])
      addReason(counters.reasons[name], reason, count);
  }
  counters.cached.merge(more.cached.buckets, more.cached.sum);
  counters.uncached.merge(more.uncached.buckets, more.uncached.sum);
}

/** The provider of what concerns the store alone. */
export const STORE_ITSELF = '';

/** What one process counted on one day, by provider and model. */
export interface DayCounters {
  /** `YYYY-MM-DD`, in UTC. */
  readonly day: string;
  readonly counters: Map<string, Map<string | undefined, Counters>>;
  /** Something was counted since it was last written down. */
  isChanged: boolean;
}

export interface NamedCounters {
  readonly day: string;
  readonly provider: string;
  readonly model: string | undefined;
  readonly counters: Counters;
}

/** The rows of a day, each with whose it is. */
export function rowsOf(byModel: DayCounters['counters']): readonly Omit<NamedCounters, 'day'>[] {
  return [...byModel].flatMap(([provider, models]) =>
    [...models].map(([model, counters]) => ({ provider, model, counters })),
  );
}

/** Names are the users': past this many in a day, the rest are counted together. */
const MAX_NAMES_PER_DAY = 1_000;

const OTHERS = '(others)';

const DAY = 86_400_000;

/** Older ones are in the store, if anywhere. */
const MAX_DAYS = 90;

/** What this process counted since it began, by day. */
export class CountersByDay {
  readonly #now: () => number;
  readonly #days = new Map<string, DayCounters>();
  #today: DayCounters | undefined;
  #dayFrom = 0;
  #size = 0;
  /** Told when something is counted after all had been written down. */
  onChange: () => void = () => {};

  constructor(now: () => number) {
    this.#now = now;
  }

  get days(): Iterable<DayCounters> {
    return this.#days.values();
  }

  /** Of today. */
  countersOf(provider: string, model: string | undefined): Counters {
    const today = this.#current();
    if (!today.isChanged) {
      today.isChanged = true;
      this.onChange();
    }
    return today.counters.get(provider)?.get(model) ?? this.#add(today, provider, model);
  }

  /** Of what concerns no provider. */
  storeCounters(): Counters {
    return this.countersOf(STORE_ITSELF, undefined);
  }

  *[Symbol.iterator](): Generator<NamedCounters> {
    for (const { day, counters } of this.#days.values()) {
      for (const row of rowsOf(counters)) yield { day, ...row };
    }
  }

  #current(): DayCounters {
    const now = this.#now();
    const isToday = now >= this.#dayFrom && now < this.#dayFrom + DAY;
    if (this.#today === undefined || !isToday) this.#today = this.#begin(now);
    return this.#today;
  }

  #begin(now: number): DayCounters {
    this.#dayFrom = Math.floor(now / DAY) * DAY;
    const date = new Date(this.#dayFrom);
    // The clock is the user's: no date breaks a call.
    const day = Number.isNaN(date.getTime()) ? 'unknown' : date.toISOString().slice(0, 10);
    const known = this.#days.get(day) ?? { day, counters: new Map(), isChanged: false };
    this.#days.set(day, known);
    const [oldest] = this.#days.keys();
    if (this.#days.size > MAX_DAYS && oldest !== undefined) this.#days.delete(oldest);
    this.#size = [...known.counters.values()].reduce((sum, models) => sum + models.size, 0);
    return known;
  }

  #add({ counters }: DayCounters, provider: string, model: string | undefined): Counters {
    const isFull = this.#size >= MAX_NAMES_PER_DAY;
    const [name, of] = isFull ? [OTHERS, undefined] : [provider, model];
    const models = counters.get(name) ?? new Map<string | undefined, Counters>();
    const added = models.get(of) ?? emptyCounters();
    counters.set(name, models.set(of, added));
    this.#size += 1;
    return added;
  }
}

/** Tallies of many processes, one for each day, provider and model: however many wrote, this stays small. */
export class CounterSum {
  readonly #groups = new Map<string, NamedCounters>();

  addAll(rows: readonly NamedCounters[]): void {
    for (const { counters, ...name } of rows) {
      const id = JSON.stringify([name.day, name.provider, name.model]);
      const sum = this.#groups.get(id) ?? { ...name, counters: emptyCounters() };
      addCounters(sum.counters, counters);
      this.#groups.set(id, sum);
    }
  }

  [Symbol.iterator](): Iterator<NamedCounters> {
    return this.#groups.values();
  }
}
