/** What a cache did since it was made. */
export interface Counts {
  readonly hits: number;
  readonly stale: number;
  readonly misses: number;
  readonly bypasses: number;
  /** Requests that joined another's call. */
  readonly collapsed: number;
  readonly stored: number;
  readonly notAdmitted: number;
  readonly storeErrors: number;
}

/** Counters, and nothing else: nothing here costs more than an addition. */
export class Stats {
  readonly counts: { -readonly [Name in keyof Counts]: number } = {
    hits: 0,
    stale: 0,
    misses: 0,
    bypasses: 0,
    collapsed: 0,
    stored: 0,
    notAdmitted: 0,
    storeErrors: 0,
  };

  /** Every request that came, whatever became of it. */
  get requests(): number {
    const { hits, stale, misses, bypasses, collapsed } = this.counts;
    return hits + stale + misses + bypasses + collapsed;
  }

  /** Requests answered without a call of their own, of all that could have been. */
  get hitRate(): number {
    const { hits, stale, misses, collapsed } = this.counts;
    const free = hits + stale + collapsed;
    return free === 0 ? 0 : free / (free + misses);
  }
}
