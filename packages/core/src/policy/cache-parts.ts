import type { Counts } from '../effects/stats.ts';
import type { Store, StoreSize } from '../effects/store.ts';
import type { Policy } from './policy.ts';

/** A cache's options, resolved. */
export interface CacheParts {
  readonly store: Store;
  /** Nobody but this process sees the store. */
  readonly isPrivate: boolean;
  readonly namespace: string;
  readonly policy: Policy;
  readonly maxEntryBytes: number;
  readonly storeTimeout: number;
  readonly now: () => number;
}

export interface CacheStats extends Counts, Partial<StoreSize> {
  /** Every request that came, whatever became of it. */
  readonly requests: number;
  /** The share of requests that made no call of their own, bypasses left out: 0 to 1. */
  readonly hitRate: number;
}
