/** How long answers took, in milliseconds. Nothing where none is known. */
export interface Timing {
  readonly count: number;
  readonly mean?: number | undefined;
  /** Half of them took no longer. From a histogram: within 10 %. */
  readonly p50?: number | undefined;
  readonly p95?: number | undefined;
}

export interface TokenCount {
  readonly input: number;
  readonly output: number;
}

/** Money, in US dollars. */
export interface Money {
  /** Of all answers whose price is known. Unknown is nothing, and never 0. */
  readonly usd?: number | undefined;
  /** Answers whose price is not known, and is not in `usd`. */
  readonly unpriced: number;
}

/** What the store spared, and what calls cost: a hit is never counted as spent. */
export interface SavedAndSpent<Amount> {
  readonly saved: Amount;
  readonly spent: Amount;
}

/** What became of requests, how long they took, and what they saved. */
export interface LedgerFigures {
  /** Every request that came, whatever became of it. */
  readonly requests: number;
  /** The share of requests that made no call of their own, bypasses left out: 0 to 1. */
  readonly hitRate: number;
  readonly hits: number;
  readonly stale: number;
  readonly misses: number;
  /** Requests that joined another's call. */
  readonly collapsed: number;
  readonly bypasses: number;
  readonly bypassesByReason: Readonly<Record<string, number>>;
  readonly stored: number;
  readonly notAdmitted: number;
  readonly notAdmittedByReason: Readonly<Record<string, number>>;
  readonly storeErrors: number;
  readonly storeErrorsByOperation: Readonly<Record<string, number>>;
  /** Entries that a full store let go of, where the store says so. */
  readonly evictions: number;
  readonly time: {
    /** Answers from the store: their look-up, with decoding. */
    readonly cached: Timing;
    /** Answers from the provider, to the end of a stream. */
    readonly uncached: Timing;
    /** Milliseconds that answers from the store came sooner than the calls that had made them. */
    readonly saved: number;
    /** How many times sooner. Nothing where no answer came from the store. */
    readonly speedup?: number | undefined;
  };
  readonly tokens: SavedAndSpent<TokenCount>;
  readonly cost: SavedAndSpent<Money>;
}

export type LedgerGroup = 'model' | 'provider' | 'day';

/** The figures of one model at one provider, of one provider, or of one day. */
export interface LedgerRow extends LedgerFigures {
  /** Nothing in a row of a day. */
  readonly provider?: string | undefined;
  /** Nothing in a row of a provider or a day, and where requests name no model. */
  readonly model?: string | undefined;
  /** `YYYY-MM-DD`, in UTC. Nothing in a row of a model or a provider. */
  readonly day?: string | undefined;
}

/** What all processes did that share a store and a namespace, as far as each has written it down. */
export interface Ledger {
  /** How many processes counted something, this one included. */
  readonly processes: number;
  /** False where the store cannot list its rows, or failed to: then some processes are left out. */
  readonly isComplete: boolean;
  readonly total: LedgerFigures;
  /** In the order of the most requests; days in theirs. */
  by(group: LedgerGroup): readonly LedgerRow[];
}
