import type { LedgerOptions } from '../cache/ledger-options.ts';
import type { PrivacyOptions } from '../cache/privacy-options.ts';
import type { Store } from '../store/store.ts';
import type { Duration } from './duration.ts';
import type { Admit, Mode, OnModelChange, Pace } from './option-words.ts';

/** What may be said of a cache, of a cached function, and of a single call; the nearest word counts. */
export interface CallOptions {
  /** How long an answer is fresh. @default '7d' */
  readonly ttl?: Duration | undefined;
  /** How long after that it is served while it is revalidated behind the answer. @default 0 */
  readonly staleWhileRevalidate?: Duration | undefined;
  /** How long after its ttl it stands in for a provider that fails. @default 0 */
  readonly staleIfError?: Duration | undefined;
  /**
   * How long a call may take before an older answer that `staleIfError` allows is served in its place; the
   * call goes on behind it. @default as long as it takes
   */
  readonly softTimeout?: Duration | undefined;
  /** A hit starts the ttl anew, at most once in a tenth of it. @default false */
  readonly renewOnHit?: boolean | undefined;
  /** @default 'read-write' */
  readonly mode?: Mode | undefined;
  /** Whose answers these are: a tenant, a user. Part of the key. @default '' */
  readonly scope?: string | undefined;
  /** Names to invalidate by. @default [] */
  readonly tags?: readonly string[] | undefined;
  /** Your own version of the key. */
  readonly version?: string | undefined;
  /**
   * Which of several answers to the same request: each number has an answer of its own, and always the same.
   * 0 is the one that a call without a number has. @default 0
   */
  readonly sample?: number | undefined;
  /**
   * Keeps a short digest of each field of the request with its answer (some 30 bytes a field, at most 64), so
   * that a request that is not found can be told from the nearest one that is. @default false
   */
  readonly explain?: boolean | undefined;
  /**
   * With `'expire'`, a fresh answer from another model than before (`gpt-4o` was `gpt-4o-2024-05-13`, and is
   * `gpt-4o-2024-08-06`) makes all older answers to that name stale. @default 'keep'
   */
  readonly onModelChange?: OnModelChange | undefined;
  /** Dotted fields of the request to leave out of the key. @default [] */
  readonly ignore?: readonly string[] | undefined;
  /** @default what the adapter calls complete and successful */
  readonly admit?: Admit | undefined;
  /**
   * With `'recorded'`, the times between the chunks of a stream are stored with it, and whoever reads a
   * stream that has them waits as long. @default 'instant'
   */
  readonly replay?: Pace | undefined;
  /**
   * A stored stream answers a call that does not stream, and back, where the adapter can make the one from
   * the other exactly; where it cannot, the provider is called. @default false
   */
  readonly crossMode?: boolean | undefined;
  /** Which requests to cache. @default all */
  readonly when?: ((...request: never) => boolean) | undefined;
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
  readonly tiers?: readonly [near: Store | string, far: Store | string] | undefined;
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
