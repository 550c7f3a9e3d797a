import type { Store } from '../effects/store.ts';
import type { Duration } from '../words/duration.ts';
import type { Rejection } from './adapter.ts';

export const MODES = ['read-write', 'read-only', 'refresh', 'replay', 'off'] as const;

/**
 * `read-write`: answer from the store, else call and store. `read-only`: never write. `refresh`: never
 * read, call and store. `replay`: never call, a miss is an error. `off`: as if there were no cache.
 */
export type Mode = (typeof MODES)[number];

export const PACES = ['instant', 'recorded'] as const;

/** A stored stream comes at once, or as it once came. */
export type Pace = (typeof PACES)[number];

/** May this answer be kept? A predicate narrows; an object lets in what is left out by default. */
export type Admit =
  | ((response: unknown) => boolean)
  | Readonly<Partial<Record<Rejection, boolean>>>;

/** What may be said of a cache, of a cached function, and of a single call; the nearest word counts. */
export interface CallOptions {
  /** How long an answer is fresh. @default '7d' */
  readonly ttl?: Duration | undefined;
  /** How long after that it is served while it is revalidated behind the answer. @default 0 */
  readonly staleWhileRevalidate?: Duration | undefined;
  /** How long after its ttl it stands in for a provider that fails. @default 0 */
  readonly staleIfError?: Duration | undefined;
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

export interface CacheOptions extends CallOptions {
  /**
   * A Keyv (5 or 6), anything Keyv takes for a store, or a URL: `memory:`, `sqlite:./llm.db`, `redis://…`.
   * @default bounded memory
   */
  readonly store?: Store | Map<string, unknown> | string | undefined;
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
  /** The clock, in milliseconds since 1970. @default Date.now */
  readonly now?: (() => number) | undefined;
}
