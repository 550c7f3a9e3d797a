import type { LedgerFigures } from '../effects/ledger-figures.ts';
import type { Logger } from '../effects/logger.ts';
import type { Seals } from '../effects/seal.ts';
import type { Store, StoreSize } from '../effects/store.ts';
import type { Policy } from './policy.ts';
import type { PriceOf } from './prices.ts';

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
