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
  /** Requests for many items, which are counted above as one request each, and what became of their items. */
  batches: 0,
  items: 0,
  itemHits: 0,
  itemStale: 0,
  itemCollapsed: 0,
  itemMisses: 0,
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

/** Every row of the ledger has this prefix. They are not entries. */
export const ledgerPrefix = (prefix: string) => `${prefix}ledger`;

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

/** Sums by day, provider and model. They stay small, however many processes are added. */
export class CounterSums {
  readonly #sums = new Groups(
    (name: CounterName): NamedCounters => ({ ...name, counters: emptyCounters() }),
  );

  add(all: readonly NamedCounters[]): void {
    for (const { day, provider, model, counters } of all) {
      addCounters(this.#sums.of({ day, provider, model }).counters, counters);
    }
  }

  get all(): readonly NamedCounters[] {
    return [...this.#sums];
  }
}
