import type { Duration } from './duration.ts';

/** Why an answer is given and not kept. Each can be admitted on purpose, by name. */
export type Rejection =
  /** Cut at the token limit, or by a pause. */
  | 'truncated'
  /** Stopped by a content filter or a guardrail. */
  | 'filtered'
  /** The model declined. */
  | 'refusal'
  /** No text and no tool call. */
  | 'empty'
  /** An error in the body of a successful answer. */
  | 'error'
  /** Not finished, or finished for a reason that is not known to be good. */
  | 'incomplete'
  /** A tool on the provider's side (web search, code, MCP) made it depend on time or state. */
  | 'hosted-tool';

export const MODES = ['read-write', 'read-only', 'refresh', 'replay', 'off'] as const;

/**
 * `read-write`: answer from the store, else call and store. `read-only`: never write. `refresh`: never
 * read, call and store. `replay`: never call, a miss is an error. `off`: as if there were no cache.
 */
export type Mode = (typeof MODES)[number];

/** The modes in which something is written. */
export const WRITING_MODES: ReadonlySet<Mode> = new Set<Mode>(['read-write', 'refresh']);

export const REPLAY_PACES = ['instant', 'recorded'] as const;

/** A stored stream comes at once, or as it once came. */
export type ReplayPace = (typeof REPLAY_PACES)[number];

export const MODEL_CHANGES = ['keep', 'expire'] as const;

/** What becomes of an alias's older answers when another model answers under its name. */
export type OnModelChange = (typeof MODEL_CHANGES)[number];

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
  readonly replay?: ReplayPace | undefined;
  /**
   * A stored stream answers a call that does not stream, and back, where the adapter can make the one from
   * the other exactly; where it cannot, the provider is called. @default false
   */
  readonly crossMode?: boolean | undefined;
  /** Which requests to cache. @default all */
  readonly when?: ((...request: never) => boolean) | undefined;
}
