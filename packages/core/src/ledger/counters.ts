import { addUnits, emptyUsageSums, Histogram, listedOf, type UsageSums } from './usage-sums.ts';

// The names of counts and sums are stored in the rows of the ledger: a new name needs a new version of those.

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
  /** Milliseconds that the provider took for answers that were served from the store, and that the store took. */
  replaced: 0,
  replacing: 0,
});

/** The counts that are also counted by reason; those of a store are counted by operation. */
export const REASONS = ['bypasses', 'notAdmitted', 'storeErrors'] as const;

type ReasonCounts = Record<(typeof REASONS)[number], Map<string, number>>;

/** What happened. All of it can be added up. */
export interface Counters {
  readonly counts: ReturnType<typeof emptyCounts>;
  readonly reasons: ReasonCounts;
  readonly saved: UsageSums;
  readonly spent: UsageSums;
  /** How long answers from the store took, and answers from the provider. */
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

/** Adds each number of `more` to the sum of the same name. Other names are ignored. */
export function addUp(sums: Record<string, number>, more: Readonly<Record<string, number>>): void {
  for (const [name, sum] of Object.entries(sums)) sums[name] = sum + (more[name] ?? 0);
}

export function addReason(reasons: Map<string, number>, reason: string, count = 1): void {
  reasons.set(reason, (reasons.get(reason) ?? 0) + count);
}

function addSums(sums: UsageSums, more: UsageSums): void {
  addUp(sums.totals, more.totals);
  for (const { name, count, units } of more.listed.values()) {
    const listed = listedOf(sums, name);
    if (listed === undefined) sums.totals.uncounted += count;
    else addUnits(listed, units, count);
  }
}

export function addCounters(sum: Counters, more: Counters): void {
  addUp(sum.counts, more.counts);
  addSums(sum.saved, more.saved);
  addSums(sum.spent, more.spent);
  for (const name of REASONS) {
    for (const [reason, count] of more.reasons[name]) addReason(sum.reasons[name], reason, count);
  }
  sum.cached.merge(more.cached.buckets, more.cached.sum);
  sum.uncached.merge(more.uncached.buckets, more.uncached.sum);
}

/** The prefix of the ledger's rows, which are not entries. */
export const ledgerPrefix = (prefix: string) => `${prefix}ledger:`;

/** The provider's name in counters of the store alone, such as those of its errors. */
export const STORE_ITSELF = '';

export interface CounterName {
  /** `YYYY-MM-DD`, in UTC. */
  readonly day: string;
  readonly provider: string;
  readonly model: string | undefined;
}

export interface NamedCounters extends CounterName {
  readonly counters: Counters;
}

/** Groups by name. Each name has one group, which is made when the name is first asked for. */
export class Groups<Name extends object, Group> {
  readonly #groups = new Map<string, Group>();
  readonly #make: (name: Name) => Group;

  constructor(make: (name: Name) => Group) {
    this.#make = make;
  }

  /** The fields of a name have to be written in the same order each time. */
  of(name: Name): Group {
    const id = JSON.stringify(name);
    const group = this.#groups.get(id) ?? this.#make(name);
    this.#groups.set(id, group);
    return group;
  }

  [Symbol.iterator](): Iterator<Group> {
    return this.#groups.values();
  }
}

/** What one process counted on one day. */
export interface DayCounters {
  /** `YYYY-MM-DD`, in UTC. */
  readonly day: string;
  /** By provider, then by model. Nested maps find them on each hit without making a text. */
  readonly counters: Map<string, Map<string | undefined, Counters>>;
  /** Something was counted since the day was last written to the store. */
  isChanged: boolean;
}

export function namedCounters({ day, counters }: DayCounters): readonly NamedCounters[] {
  return [...counters].flatMap(([provider, models]) =>
    [...models].map(([model, of]) => ({ day, provider, model, counters: of })),
  );
}

/** Users choose the names. Past this many in one day, further names are counted together. */
const MAX_NAMES_PER_DAY = 1_000;

const OTHERS = '(others)';

const DAY = 86_400_000;

/** Older days are in the store only. */
const MAX_DAYS = 90;

/** What this process counted since it began, by day, provider and model. */
export class CountersByDay {
  readonly #now: () => number;
  readonly #days = new Map<string, DayCounters>();
  #today: DayCounters | undefined;
  #todayFrom = 0;
  #namesOfToday = 0;
  /** The instant at which `countersOf` was last asked for, in milliseconds since 1970. */
  at = 0;
  /** Called when something is counted for the first time after the day was written to the store. */
  onChange: () => void = () => {};

  constructor(now: () => number) {
    this.#now = now;
  }

  get days(): Iterable<DayCounters> {
    return this.#days.values();
  }

  /** The counters of today. */
  countersOf(provider: string, model: string | undefined): Counters {
    const today = this.#current();
    if (!today.isChanged) {
      today.isChanged = true;
      this.onChange();
    }
    return today.counters.get(provider)?.get(model) ?? this.#add(today, provider, model);
  }

  /** The counters of today for what concerns no provider. */
  storeCounters(): Counters {
    return this.countersOf(STORE_ITSELF, undefined);
  }

  *[Symbol.iterator](): Generator<NamedCounters> {
    for (const day of this.#days.values()) yield* namedCounters(day);
  }

  #current(): DayCounters {
    const now = this.#now();
    this.at = now;
    const isToday = now >= this.#todayFrom && now < this.#todayFrom + DAY;
    if (this.#today === undefined || !isToday) this.#today = this.#begin(now);
    return this.#today;
  }

  #begin(now: number): DayCounters {
    this.#todayFrom = Math.floor(now / DAY) * DAY;
    const date = new Date(this.#todayFrom);
    // The user supplies the clock, and a time that is no date must not fail a call.
    const day = Number.isNaN(date.getTime()) ? 'unknown' : date.toISOString().slice(0, 10);
    const known = this.#days.get(day) ?? { day, counters: new Map(), isChanged: false };
    this.#days.set(day, known);
    const [oldest] = this.#days.keys();
    if (this.#days.size > MAX_DAYS && oldest !== undefined) this.#days.delete(oldest);
    this.#namesOfToday = namedCounters(known).length;
    return known;
  }

  #add(today: DayCounters, provider: string, model: string | undefined): Counters {
    const isFull = this.#namesOfToday >= MAX_NAMES_PER_DAY;
    const [name, of] = isFull ? [OTHERS, undefined] : [provider, model];
    const models = today.counters.get(name) ?? new Map<string | undefined, Counters>();
    const added = models.get(of) ?? emptyCounters();
    today.counters.set(name, models.set(of, added));
    this.#namesOfToday += 1;
    return added;
  }
}
