import type { Seals } from '../entry/seal.ts';
import type { Logger } from '../events/logger.ts';
import type { LedgerFigures } from '../ledger/ledger-figures.ts';
import type { PriceOf } from '../ledger/prices.ts';
import type { Policy } from '../options/policy.ts';
import type { Store, StoreSize } from '../store/store.ts';

/** A cache's options, resolved. */
export interface CacheParts {
  readonly store: Store;
  /** Bounded memory before the store. */
  readonly near: Store | undefined;
  /** Nobody but this process sees the store. */
  readonly isPrivate: boolean;
  readonly namespace: string;
  readonly policy: Policy;
  readonly maxEntryBytes: number;
  /** Bytes of an entry from which on it is compressed. */
  readonly compressFrom: number;
  readonly seals: Seals;
  readonly storeTimeout: number;
  /** Milliseconds; nothing where each process leads its own flights. */
  readonly lease: number | undefined;
  /** Milliseconds between writings of this process's counts; nothing: never. */
  readonly ledger: number | undefined;
  readonly logger: Logger | undefined;
  readonly priceOf: PriceOf | undefined;
  readonly now: () => number;
}

/** What this process did, and what its store holds where it knows without counting. */
export interface CacheStats extends LedgerFigures, Partial<Omit<StoreSize, 'evictions'>> {
  /** The store failed repeatedly, and is left alone for now. */
  readonly isStoreAway: boolean;
}
