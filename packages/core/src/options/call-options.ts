import type { Duration } from './time.ts';

/** Why an answer is given to its caller and not stored. Each can be admitted on purpose, by its name: see `admit`. */
export type Rejection =
  /** Cut at the token limit, or by a pause. */
  | 'truncated'
  /** Stopped by a content filter or a guardrail. */
  | 'filtered'
  /** The model declined. */
  | 'refusal'
  /** No text and no tool call: white space, or the model's thoughts alone. */
  | 'empty'
  /** Not the JSON that was asked for, or a tool call that cannot be run: no name, or arguments that do not parse. */
  | 'malformed'
  /** An error in the body of a successful answer. */
  | 'error'
  /** Not finished, or finished for a reason that is not known to mean success. */
  | 'incomplete'
  /** A tool on the provider's side (web search, code, MCP) makes the answer depend on time or state. */
  | 'hosted-tool';

/** The names of all rejections: the table has no other keys, and lacks none. */
const REJECTION_TABLE: Readonly<Record<Rejection, true>> = {
  truncated: true,
  filtered: true,
  refusal: true,
  empty: true,
  malformed: true,
  error: true,
  incomplete: true,
  'hosted-tool': true,
};

export const REJECTIONS: ReadonlySet<string> = new Set(Object.keys(REJECTION_TABLE));

export const MODES = ['read-write', 'read-only', 'refresh', 'replay', 'off'] as const;

/**
 * What a call may do with the store and the provider. `read-write` serves what is stored, else calls and stores.
 * `read-only` never writes. `refresh` calls and stores, and serves an older answer only within `staleIfError`. `replay` never
 * calls: a miss is an error. `off` calls as if there were no cache.
 */
export type Mode = (typeof MODES)[number];

/** The modes in which answers are stored. */
export const WRITING_MODES: ReadonlySet<Mode> = new Set<Mode>(['read-write', 'refresh']);

export const REPLAY_PACES = ['instant', 'recorded'] as const;

/** How fast a stored stream is replayed: at once, or with the pauses with which it was recorded. */
export type ReplayPace = (typeof REPLAY_PACES)[number];

export const MODEL_CHANGES = ['keep', 'expire'] as const;

/** What happens to the stored answers of a model name when another model answers to that name. */
export type OnModelChange = (typeof MODEL_CHANGES)[number];

/** What the rules say of an answer, for the predicate that decides. */
export interface Judged {
  /** Why the answer would not be stored. Undefined where nothing is said against it. */
  readonly rejection: Rejection | undefined;
  /** The answer, parsed, where the request asks for JSON. Undefined where it does not, or where nothing parses. */
  readonly json: unknown;
}

/**
 * May this answer be stored? An object admits answers that the rules reject, by the names of the rejections. A predicate
 * decides alone, also about those: only `true` stores the answer. It may be async, and its caller never waits for it. An
 * answer for which it throws, rejects, or takes longer than a minute is not stored.
 */
export type Admit =
  | ((response: unknown, request: unknown, judged: Judged) => boolean | Promise<boolean>)
  | Readonly<Partial<Record<Rejection, boolean>>>;

/**
 * How long an answer is fresh, by the answer and its request, as `admit` gets them. `'0s'`: it is not stored. An answer for
 * which this throws, or returns no duration, is not stored.
 */
export type TtlOf = {
  // A method, because TypeScript compares the arguments of methods in both directions: users name the type of a response.
  method(response: unknown, request: unknown): Duration;
}['method'];

/** Is this request to be cached? */
export type When = (...request: never) => boolean | PromiseLike<boolean>;

/** The options that only a cache has. */
export const CACHE_OPTIONS = [
  ...['store', 'tiers', 'namespace', 'maxEntries', 'maxBytes', 'maxEntryBytes', 'storeTimeout'],
  ...['lease', 'compress', 'now', 'ledger', 'logger', 'priceOf', 'secret', 'secrets', 'waitUntil'],
  ...['requireScope', 'live'],
] as const;

/** Options of a cache, of a cached function, and of a single call; of these, the last that is given counts. */
export interface CallOptions {
  /** How long an answer is fresh, for all answers or by the answer; a function may return `'0s'`. @default '7d' */
  readonly ttl?: Duration | TtlOf | undefined;
  /** How long after its ttl an answer is still served, while the provider is called behind it. @default 0 */
  readonly staleWhileRevalidate?: Duration | undefined;
  /** How long after its ttl an answer is served in place of a provider that fails. @default 0 */
  readonly staleIfError?: Duration | undefined;
  /**
   * How long a call may take before an older answer, which `staleIfError` allows, is served in its place. The call
   * continues behind it. @default no limit
   */
  readonly softTimeout?: Duration | undefined;
  /**
   * How long the provider may send nothing: until it answers, and from one chunk of a stream to the next. Then the call is
   * aborted. Its callers get an older answer that `staleIfError` allows, or an `LlmCacheError` (`CALL_TIMEOUT`), and the
   * next caller calls anew. `Infinity` is no limit. @default '10m'
   */
  readonly callTimeout?: Duration | undefined;
  /** The age up to which a stored answer is served, whatever its ttl says. An older one is a miss. @default no limit */
  readonly maxAge?: Duration | undefined;
  /** A hit starts the ttl anew, at most once in a tenth of it. @default false */
  readonly renewOnHit?: boolean | undefined;
  /** What the call may do with the store and the provider. @default 'read-write' */
  readonly mode?: Mode | undefined;
  /** Whose answers these are: a tenant, a user. Part of the key. @default '' */
  readonly scope?: string | undefined;
  /** Names to invalidate by. @default [] */
  readonly tags?: readonly string[] | undefined;
  /** Part of the key: another version never finds the answers of this one. @default none */
  readonly version?: string | undefined;
  /**
   * Which of several answers to the same request is wanted: each number has an answer of its own. A call without a
   * number has the answer of number 0. @default 0
   */
  readonly sample?: number | undefined;
  /**
   * Stores a short digest of each field of the request with its answer: about 30 bytes a field, for at most 64
   * fields. A miss can then name the fields in which it differs from the nearest stored request. @default false
   */
  readonly explain?: boolean | undefined;
  /**
   * With `'expire'`, a live answer from another model than before makes all older answers to the same name stale:
   * `gpt-4o` was `gpt-4o-2024-05-13`, and is now `gpt-4o-2024-08-06`. @default 'keep'
   */
  readonly onModelChange?: OnModelChange | undefined;
  /**
   * Dotted fields of the request to leave out of the key: `metadata.run_id`, `messages.*.id` for each item of a list,
   * `headers.x-session-id`, `headers.helicone-*` for each name that starts like this. @default []
   */
  readonly ignore?: readonly string[] | undefined;
  /**
   * Origins, base URLs, and models or deployments that give equal answers, each with the name that stands in the key in
   * its place: `{ 'https://eu.example.com': 'pool', 'https://us.example.com': 'pool', 'gpt-4o-eu': 'gpt-4o' }`. @default {}
   */
  readonly sameAs?: Readonly<Record<string, string>> | undefined;
  /** Which answers may be stored. @default what the adapter calls complete, successful and usable */
  readonly admit?: Admit | undefined;
  /**
   * With `'recorded'`, the times between the chunks of a stream are stored with it, and each reader of the stored
   * stream waits as long. @default 'instant'
   */
  readonly replay?: ReplayPace | undefined;
  /**
   * A stored stream also answers a call that does not stream, and the other way round, where the adapter can convert
   * the one exactly to the other. Where it cannot, the provider is called. @default false
   */
  readonly crossMode?: boolean | undefined;
  /**
   * Which requests to cache; it may be async. A request for which it throws or rejects bypasses the cache.
   * @default all
   */
  readonly when?: When | undefined;
}

/** Why a request bypasses the cache by the user's own `when`. `undefined`: it does not. */
export type WhenBypass = 'when' | 'unreadable' | undefined;

const bypassFor = (wanted: unknown): WhenBypass => (wanted ? undefined : 'when');

export function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as Partial<PromiseLike<unknown>> | null | undefined)?.then === 'function'; // read only
}

/**
 * Asks the option `when` about a request. This never throws, and what it returns never rejects. If a predicate fails, the request
 * bypasses the cache, and is not called in `replay` mode.
 *
 * @param owner the `this` of the call
 */
export function whenBypass(
  { when }: { readonly when: When | undefined },
  request: readonly unknown[],
  owner?: unknown,
): WhenBypass | Promise<WhenBypass> {
  if (when === undefined) return undefined;
  try {
    const wanted: unknown = when.apply(owner as never, request as never); // of the user's own types
    if (!isThenable(wanted)) return bypassFor(wanted);
    return Promise.resolve(wanted).then(bypassFor, () => 'unreadable' as const);
  } catch {
    return 'unreadable';
  }
}
