import { type Bill, emptyBill } from './bill.ts';
import { Histogram } from './histogram.ts';

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
