import type { Usage } from '../entry/index.ts';
import { isGiven } from '../key/index.ts';
import { Histogram } from './histogram.ts';

export const emptyBill = () => ({
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
export type Bill = ReturnType<typeof emptyBill>;

/** A stored header may say anything. */
const amount = (value: unknown): number =>
  typeof value === 'number' && Number.isFinite(value) && value > 0 ? value : 0;

/** One answer more. `price` is in US dollars, where it is known. */
export function addAnswer(bill: Bill, usage: Usage | undefined, price: number | undefined): void {
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
export interface Tally {
  readonly counts: ReturnType<typeof emptyCounts>;
  readonly reasons: ReasonCounts;
  readonly saved: Bill;
  readonly spent: Bill;
  readonly cached: Histogram;
  readonly uncached: Histogram;
}

export const emptyTally = (): Tally => ({
  counts: emptyCounts(),
  reasons: { bypasses: new Map(), notAdmitted: new Map(), storeErrors: new Map() },
  saved: emptyBill(),
  spent: emptyBill(),
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

export function addTally(tally: Tally, more: Tally): void {
  addUp(tally.counts, more.counts);
  addUp(tally.saved, more.saved);
  addUp(tally.spent, more.spent);
  for (const name of REASONS) {
    for (const [reason, count] of more.reasons[name]) addReason(tally.reasons[name], reason, count);
  }
  tally.cached.merge(more.cached.buckets, more.cached.sum);
  tally.uncached.merge(more.uncached.buckets, more.uncached.sum);
}

/** The provider of what concerns the store alone. */
export const NOBODY = '';

/** What one process counted on one day, by provider and model. */
export interface DayBook {
  /** `YYYY-MM-DD`, in UTC. */
  readonly day: string;
  readonly tallies: Map<string, Map<string | undefined, Tally>>;
  /** Something was counted since it was last written down. */
  isChanged: boolean;
}

export interface NamedTally {
  readonly day: string;
  readonly provider: string;
  readonly model: string | undefined;
  readonly tally: Tally;
}

/** The tallies of a day, each with whose it is. */
export function rowsOf(tallies: DayBook['tallies']): readonly Omit<NamedTally, 'day'>[] {
  return [...tallies].flatMap(([provider, models]) =>
    [...models].map(([model, tally]) => ({ provider, model, tally })),
  );
}

/** Names are the users': past this many in a day, the rest are counted together. */
const MOST = 1_000;

const OTHERS = '(others)';

const DAY = 86_400_000;

/** Older ones are in the store, if anywhere. */
const MOST_DAYS = 90;

/** What this process counted since it began, by day. */
export class TallyBook {
  readonly #now: () => number;
  readonly #days = new Map<string, DayBook>();
  #today: DayBook | undefined;
  #dayFrom = 0;
  #size = 0;
  /** Told when something is counted after all had been written down. */
  onChange: () => void = () => {};

  constructor(now: () => number) {
    this.#now = now;
  }

  get days(): Iterable<DayBook> {
    return this.#days.values();
  }

  /** Of today. */
  tally(provider: string, model: string | undefined): Tally {
    const today = this.#current();
    if (!today.isChanged) {
      today.isChanged = true;
      this.onChange();
    }
    return today.tallies.get(provider)?.get(model) ?? this.#add(today, provider, model);
  }

  /** Of what concerns no provider. */
  storeTally(): Tally {
    return this.tally(NOBODY, undefined);
  }

  *[Symbol.iterator](): Generator<NamedTally> {
    for (const { day, tallies } of this.#days.values()) {
      for (const row of rowsOf(tallies)) yield { day, ...row };
    }
  }

  #current(): DayBook {
    const now = this.#now();
    const isToday = now >= this.#dayFrom && now < this.#dayFrom + DAY;
    if (this.#today === undefined || !isToday) this.#today = this.#begin(now);
    return this.#today;
  }

  #begin(now: number): DayBook {
    this.#dayFrom = Math.floor(now / DAY) * DAY;
    const date = new Date(this.#dayFrom);
    // The clock is the user's: no date breaks a call.
    const day = Number.isNaN(date.getTime()) ? 'unknown' : date.toISOString().slice(0, 10);
    const known = this.#days.get(day) ?? { day, tallies: new Map(), isChanged: false };
    this.#days.set(day, known);
    const [oldest] = this.#days.keys();
    if (this.#days.size > MOST_DAYS && oldest !== undefined) this.#days.delete(oldest);
    this.#size = [...known.tallies.values()].reduce((sum, models) => sum + models.size, 0);
    return known;
  }

  #add({ tallies }: DayBook, provider: string, model: string | undefined): Tally {
    const isFull = this.#size >= MOST;
    const [name, of] = isFull ? [OTHERS, undefined] : [provider, model];
    const models = tallies.get(name) ?? new Map<string | undefined, Tally>();
    const tally = models.get(of) ?? emptyTally();
    tallies.set(name, models.set(of, tally));
    this.#size += 1;
    return tally;
  }
}

/** Tallies of many processes, one for each day, provider and model: however many wrote, this stays small. */
export class TallySum {
  readonly #tallies = new Map<string, NamedTally>();

  addAll(tallies: readonly NamedTally[]): void {
    for (const { tally, ...name } of tallies) {
      const id = JSON.stringify([name.day, name.provider, name.model]);
      const sum = this.#tallies.get(id) ?? { ...name, tally: emptyTally() };
      addTally(sum.tally, tally);
      this.#tallies.set(id, sum);
    }
  }

  [Symbol.iterator](): Iterator<NamedTally> {
    return this.#tallies.values();
  }
}
