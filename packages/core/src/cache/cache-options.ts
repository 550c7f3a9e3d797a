import type { Encryptions } from '../entry/index.ts';
import type { Logger } from '../events/index.ts';
import type { PriceOf } from '../ledger/index.ts';
import type { CallOptions, Duration, Policy } from '../options/index.ts';
import type { Store } from '../store/index.ts';

/** What a cache counts, and where it says so. */
interface LedgerOptions {
  /**
   * How often this process writes its counters to the store, for `cache.ledger()` of all processes. A model takes about 1 KB a day
   * for 90 days, and as much every five minutes for one day. A killed process loses what it counted since its last write. `false`
   * writes nothing.
   * @default '10s'
   */
  readonly ledger?: Duration | false | undefined;
  /**
   * Notes each call in the store, for the view Live of `cached-llm studio`: outcome, provider, model, key, times, tokens and money,
   * and nothing of a prompt, an answer or a scope. Every second at most, or as often as you write (`'5s'`), the last hundred calls
   * are one row of 32 KB at most, which stays for ten minutes. No call waits for that. Memory that no other process reads has none.
   * @default false
   */
  readonly live?: Duration | boolean | undefined;
  /** Gets one line for each event, and no prompt: `console`, a pino logger, or one like them. @default none */
  readonly logger?: Logger | undefined;
  /**
   * US dollars for an answer, in place of the price that the provider or the list of prices gives; `undefined` where
   * you do not know.
   * @default the response's own `usage.cost`, else `@pydantic/genai-prices` where that is installed
   */
  readonly priceOf?: PriceOf | undefined;
}

/** Who can read what is in a store, and whose answers are whose. */
interface PrivacyOptions {
  /**
   * At least 32 bytes that nobody can guess (`openssl rand -base64 32`). Keys become HMAC-SHA-256, and entries are
   * encrypted with AES-256-GCM: whoever reads the store learns no prompt and no answer, and whoever writes to it cannot
   * forge an answer. @default none
   */
  readonly secret?: string | Uint8Array | undefined;
  /** In place of `secret`, while a new secret replaces an older one: newest first. The first one writes; all can read. */
  readonly secrets?: readonly (string | Uint8Array)[] | undefined;
  /** A call without a scope bypasses the cache, so that no tenants share answers by accident. @default false */
  readonly requireScope?: boolean | undefined;
}

export interface CacheOptions extends CallOptions, LedgerOptions, PrivacyOptions {
  /**
   * A Keyv (5 or 6), anything that Keyv accepts as a store, or a URL: `memory:`, `sqlite:./llm.db`, `redis://…`.
   * @default bounded memory
   */
  readonly store?: Store | Map<string, unknown> | string | undefined;
  /**
   * In place of `store`: bounded memory before a store, `['memory:', 'redis://…']`. What was read or written within the
   * last second is served from memory without asking the store, and so is everything while the store is away.
   */
  readonly tiers?: readonly [l1: Store | string, l2: Store | string] | undefined;
  /** Separates applications that share one store. @default 'cached-llm' */
  readonly namespace?: string | undefined;
  /** The most entries that the memory of this process holds. @default 10_000 */
  readonly maxEntries?: number | undefined;
  /** The most bytes that the memory of this process takes. @default 64 MiB */
  readonly maxBytes?: number | undefined;
  /** Bytes: a larger entry is neither stored nor read. @default 8 MiB */
  readonly maxEntryBytes?: number | undefined;
  /** How long a look-up may keep a call waiting. @default '250ms' */
  readonly storeTimeout?: Duration | undefined;
  /**
   * Where the store has leases (SQLite, Redis), one process at a time calls for a key, and the others wait for its
   * entry. The duration is how long they wait for a process that died. It is longer for a while where a process gets its
   * time, or the answers of its store, late. `false` turns leases off.
   * @default '5s', where the store has leases
   */
  readonly lease?: Duration | false | undefined;
  /** Compresses entries from this many bytes on; `true` is 8 KiB. Compressed entries can always be read. @default false */
  readonly compress?: boolean | number | undefined;
  /**
   * Lets the platform wait for what goes on after a response: writes to the store, calls behind stale answers, and calls whose
   * caller has left. For platforms that end it otherwise, such as `waitUntil` of `@vercel/functions`.
   * @default in Cloudflare Workers that of `cloudflare:workers`, elsewhere none
   */
  readonly waitUntil?: ((work: Promise<unknown>) => unknown) | undefined;
  /** The clock, in milliseconds since 1970. @default Date.now */
  readonly now?: (() => number) | undefined;
}

/** {@link CacheOptions}, checked and resolved. Durations are milliseconds. */
export interface ResolvedCacheOptions {
  readonly store: Store;
  /** Bounded memory before the store. `undefined`: there is none. */
  readonly l1: Store | undefined;
  /** No other process sees the store. */
  readonly isOwnMemory: boolean;
  /** Another process, or another cache of this process, may have the same store. */
  readonly isShared: boolean;
  /** The store loses no row by itself. */
  readonly isLossless: boolean;
  readonly namespace: string;
  readonly policy: Policy;
  readonly maxEntryBytes: number;
  /** An entry of at least this many bytes is compressed. */
  readonly compressFrom: number;
  readonly encryptions: Encryptions;
  readonly storeTimeout: number;
  /** `undefined`: each process leads its own flights. */
  readonly lease: number | undefined;
  /** Between two writes of this process's counters. `undefined`: they are never written. */
  readonly ledger: number | undefined;
  /** Between two writes of this process's latest calls. `false`: they are never written. */
  readonly live: number | false;
  readonly logger: Logger | undefined;
  readonly priceOf: PriceOf | undefined;
  /** `undefined`: that of the platform, if it has one. */
  readonly waitUntil: CacheOptions['waitUntil'];
  readonly now: () => number;
}
