import type { Encryptions } from '../entry/index.ts';
import type { Logger } from '../events/index.ts';
import type { PriceOf } from '../ledger/index.ts';
import type { CallOptions, Duration, Policy } from '../options/index.ts';
import type { Store } from '../store/index.ts';

/** What a cache counts, and whom it tells. */
interface LedgerOptions {
  /**
   * How often this process writes its counts to the store, for `cache.ledger()` of all processes: some 1 KB a
   * day and model, kept for 90 days. A process that is killed loses those since; `false` writes none.
   * @default '10s'
   */
  readonly ledger?: Duration | false | undefined;
  /** Gets a line for each event, with no prompt in it: `console`, a pino, or their like. @default none */
  readonly logger?: Logger | undefined;
  /**
   * US dollars for an answer, over what the provider and the list of prices say; nothing where you do not know.
   * @default the response's own `usage.cost`, else `@pydantic/genai-prices` where that is installed
   */
  readonly priceOf?: PriceOf | undefined;
}

/** Who may learn what from a store, and whose answers are whose. */
interface PrivacyOptions {
  /**
   * At least 32 bytes that nobody can guess (`openssl rand -base64 32`). Keys become HMAC-SHA-256 and entries
   * are sealed with AES-256-GCM: who reads the store learns no prompt and no answer, and who writes to it
   * forges none. @default none
   */
  readonly secret?: string | Uint8Array | undefined;
  /** In place of `secret`, while one takes the other's place: newest first. The first writes, all are read. */
  readonly secrets?: readonly (string | Uint8Array)[] | undefined;
  /** No call shares answers by accident: one without a scope goes past the cache. @default false */
  readonly requireScope?: boolean | undefined;
}

export interface CacheOptions extends CallOptions, LedgerOptions, PrivacyOptions {
  /**
   * A Keyv (5 or 6), anything Keyv takes for a store, or a URL: `memory:`, `sqlite:./llm.db`, `redis://…`.
   * @default bounded memory
   */
  readonly store?: Store | Map<string, unknown> | string | undefined;
  /**
   * In place of `store`: bounded memory before a store, `['memory:', 'redis://…']`. What was just read or
   * written is served from memory, for a second without asking, and for as long as the store is away.
   */
  readonly tiers?: readonly [l1: Store | string, l2: Store | string] | undefined;
  /** Keeps applications apart in one store. @default 'cached-llm' */
  readonly namespace?: string | undefined;
  /** Bound of the default memory store. @default 10_000 */
  readonly maxEntries?: number | undefined;
  /** Bound of the default memory store. @default 64 MiB */
  readonly maxBytes?: number | undefined;
  /** A larger entry is neither stored nor read. @default 8 MiB */
  readonly maxEntryBytes?: number | undefined;
  /** How long a look-up may keep a call waiting. @default '250ms' */
  readonly storeTimeout?: Duration | undefined;
  /**
   * One process at a time calls for a key, and the others wait for its entry, where the store has leases
   * (SQLite, Redis). The duration is how long a process that died is waited for; `false` turns it off.
   * @default '5s', where the store can
   */
  readonly lease?: Duration | false | undefined;
  /** Compresses entries from this many bytes on; `true` is 8 KiB. Entries are read whatever it says. @default false */
  readonly compress?: boolean | number | undefined;
  /** The clock, in milliseconds since 1970. @default Date.now */
  readonly now?: (() => number) | undefined;
}

/** A cache's options, resolved. */
export interface ResolvedCacheOptions {
  readonly store: Store;
  /** Bounded memory before the store. */
  readonly l1: Store | undefined;
  /** Nobody but this process sees the store. */
  readonly isOwnMemory: boolean;
  readonly namespace: string;
  readonly policy: Policy;
  readonly maxEntryBytes: number;
  /** Bytes of an entry from which on it is compressed. */
  readonly compressFrom: number;
  readonly encryptions: Encryptions;
  readonly storeTimeout: number;
  /** Milliseconds; nothing where each process leads its own flights. */
  readonly lease: number | undefined;
  /** Milliseconds between writings of this process's counts; nothing: never. */
  readonly ledger: number | undefined;
  readonly logger: Logger | undefined;
  readonly priceOf: PriceOf | undefined;
  readonly now: () => number;
}
