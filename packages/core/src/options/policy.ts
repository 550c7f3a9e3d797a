import { type FieldPath, readFieldPath, readSameAs, type SameAs } from '../key/index.ts';
import {
  type Admit,
  CACHE_OPTIONS,
  type CallOptions,
  MODEL_CHANGES,
  MODES,
  type Mode,
  type OnModelChange,
  REJECTIONS,
  REPLAY_PACES,
  type ReplayPace,
  type TtlOf,
  type When,
} from './call-options.ts';
import {
  describeKind,
  invalidOption,
  LlmCacheError,
  refuseUnknownOptions,
  showValue,
} from './errors.ts';
import { type Duration, toMilliseconds, toPositiveMilliseconds } from './time.ts';

/** {@link CallOptions}, resolved: the code after this never asks what was left out. Durations are milliseconds. */
export interface Policy {
  readonly ttl: number;
  /** The user's own ttl of each answer, in place of `ttl`. */
  readonly ttlOf: TtlOf | undefined;
  readonly staleWhileRevalidate: number;
  readonly staleIfError: number;
  readonly softTimeout: number;
  readonly callTimeout: number;
  readonly maxAge: number;
  readonly renewOnHit: boolean;
  readonly mode: Mode;
  readonly scope: string;
  /** A call without a scope bypasses the cache. */
  readonly requireScope: boolean;
  readonly tags: readonly string[];
  readonly version: string | undefined;
  readonly sample: number;
  readonly explain: boolean;
  readonly onModelChange: OnModelChange;
  readonly ignore: readonly FieldPath[];
  readonly sameAs: SameAs;
  readonly admit: Admit;
  readonly replay: ReplayPace;
  readonly crossMode: boolean;
  readonly when: When | undefined;
}

/** Every default of a call, in one place. */
export const DEFAULT_POLICY: Policy = {
  ttl: toMilliseconds('7d', 'ttl'), // in suites that run again, an hour gives 1-2 % of the hits, and a week 42-80 %
  ttlOf: undefined,
  staleWhileRevalidate: 0,
  staleIfError: 0,
  softTimeout: Number.POSITIVE_INFINITY,
  callTimeout: toMilliseconds('10m', 'callTimeout'), // that of the official SDKs
  maxAge: Number.POSITIVE_INFINITY,
  renewOnHit: false,
  mode: 'read-write',
  scope: '',
  requireScope: false,
  tags: [],
  version: undefined,
  sample: 0,
  explain: false,
  onModelChange: 'keep',
  ignore: [],
  sameAs: new Map(),
  admit: {},
  replay: 'instant',
  crossMode: false,
  when: undefined,
};

/** Checks what was written for an option, or refuses it with what to write instead. */
type Reader<Value> = (given: unknown, option: string) => Value;

const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';
const isTextList = (value: unknown): value is readonly string[] =>
  Array.isArray(value) && [...value].every(isText); // `every` skips what is missing

const refuse = (option: string, given: unknown, remedy: string): never =>
  invalidOption(option, `is ${showValue(given)}`, remedy);

// The reader of durations checks the type itself.
const readSpan: Reader<number> = (given, option) => toMilliseconds(given as Duration, option);
const readPositiveSpan: Reader<number> = (given, option) =>
  toPositiveMilliseconds(given as Duration, option); // likewise

const readBoolean: Reader<boolean> = (given, option) =>
  typeof given === 'boolean' ? given : refuse(option, given, 'Write true or false.');

const PATH_REMEDY =
  "Write names with dots between them: 'metadata.run_id', 'messages.*.id' for each item of a list, 'headers.x-session-id' or 'headers.helicone-*'.";

const SAME_AS_REMEDY =
  "Write the name in the key of each origin or deployment: { 'https://eu.example.com': 'pool', 'gpt-4o-eu': 'gpt-4o' }.";

function oneOf<Word extends string>(words: readonly Word[]): Reader<Word> {
  const list = words.map((word) => `'${word}'`).join(', ');
  return (given, option) =>
    words.find((word) => word === given) ?? refuse(option, given, `Write one of ${list}.`);
}

const READERS: { readonly [Name in keyof Policy]: Reader<Policy[Name]> } = {
  ttl: readPositiveSpan,
  ttlOf: (given) => given as TtlOf, // `policyWith` looked at it
  staleWhileRevalidate: readSpan,
  staleIfError: readSpan,
  softTimeout: readPositiveSpan,
  callTimeout: readPositiveSpan,
  maxAge: readSpan,
  renewOnHit: readBoolean,
  mode: oneOf(MODES),
  scope: (given, option) => {
    if (isText(given)) return given;
    // The value is not repeated: it may name a person.
    const what = given === '' ? 'empty' : describeKind(given);
    return invalidOption(option, `is ${what}`, 'Write a text that names the tenant or user.');
  },
  requireScope: readBoolean,
  tags: (given, option) =>
    isTextList(given) ? given : refuse(option, given, 'Write an array of texts.'),
  sample: (given, option) =>
    Number.isSafeInteger(given) && Number(given) >= 0
      ? Number(given)
      : refuse(option, given, 'Write a whole number, counted from 0.'),
  explain: readBoolean,
  onModelChange: oneOf(MODEL_CHANGES),
  version: (given, option) =>
    isText(given) ? given : refuse(option, given, "Write a text, such as '2'."),
  ignore: (given, option) =>
    isTextList(given)
      ? given.map((dotted) => readFieldPath(dotted) ?? refuse(option, dotted, PATH_REMEDY))
      : refuse(option, given, "Write an array of fields, such as ['metadata.run_id']."),
  admit: (given, option) => {
    if (typeof given === 'object' && given !== null) refuseUnknownOptions(given, REJECTIONS);
    else if (typeof given !== 'function')
      refuse(option, given, 'Write a function, or an object such as { truncated: true }.');
    return given as Admit; // a predicate or an object, as far as can be seen
  },
  sameAs: (given, option) => readSameAs(given) ?? refuse(option, given, SAME_AS_REMEDY),
  replay: oneOf(REPLAY_PACES),
  crossMode: readBoolean,
  when: (given, option) =>
    typeof given === 'function'
      ? (given as Policy['when']) // likewise
      : refuse(option, given, 'Write a function.'),
};

/** The names of a call's options, with others beside them: made once for each list of others. */
const namesWith = new WeakMap<readonly string[], ReadonlySet<string>>();

function optionNames(others: readonly string[]): ReadonlySet<string> {
  const names = namesWith.get(others) ?? new Set([...Object.keys(READERS), ...others]);
  namesWith.set(others, names);
  return names;
}

const cacheRemedy = (name: string): string | undefined =>
  CACHE_OPTIONS.some((option) => option === name)
    ? `It is an option of a cache: write { cache: createLlmCache({ ${name} }) }.`
    : undefined;

/**
 * Refuses a name that is no option of a call and none of `others`.
 *
 * @throws {LlmCacheError} `INVALID_OPTION`, with the nearest known name
 */
export function checkOptionNames(options: object, others: readonly string[]): void {
  refuseUnknownOptions(options, optionNames(others), cacheRemedy);
}

/**
 * `base` with what `options` say; an option that is left out, or given as undefined, stays as in `base`.
 *
 * @throws {LlmCacheError} `INVALID_OPTION` or `INVALID_DURATION`
 */
export function policyWith(
  base: Policy,
  options: CallOptions & { readonly requireScope?: boolean | undefined },
): Policy {
  const { ttl } = options;
  const named = typeof ttl === 'function' ? { ...options, ttl: undefined, ttlOf: ttl } : options;
  const names = Object.keys(READERS) as (keyof Policy)[]; // the table has no other keys
  // A recording does not age: what is young enough when it is recorded is replayed on any later day.
  const unread = base.mode === 'replay' && named.mode === undefined ? 'maxAge' : undefined;
  const given = names.filter((name) => name !== unread && Reflect.get(named, name) !== undefined);
  if (given.length === 0) return base;
  const read = given.map((name) => [name, READERS[name](Reflect.get(named, name), name)]);
  if (named.ttl !== undefined) read.push(['ttlOf', undefined]);
  const policy: Policy = { ...base, ...Object.fromEntries(read) };
  // No function and no call takes back what the cache requires.
  return base.requireScope ? { ...policy, requireScope: true } : policy;
}

const NO_OTHERS: readonly string[] = [];
const CLIENT_OPTIONS: readonly string[] = ['cache'];

/**
 * `base` with the options of one call. An unknown tenant never makes a call fail. If a scope is required and the given scope is not
 * a text, there is no scope. The scope of `base` never takes its place.
 *
 * @throws {LlmCacheError} `INVALID_OPTION` or `INVALID_DURATION`
 */
export function policyForCall(base: Policy, options: CallOptions): Policy {
  checkOptionNames(options, NO_OTHERS);
  const isMissing = Object.hasOwn(options, 'scope') && !isText(options.scope);
  if (!base.requireScope || !isMissing) return policyWith(base, options);
  return { ...policyWith(base, { ...options, scope: undefined }), scope: '' };
}

/**
 * `base` with the options of a client, or of anything else whose calls cannot name a scope of their own.
 *
 * @param others the names of its own options
 * @throws {LlmCacheError} `SCOPE_REQUIRED` where the cache requires a scope and none is given; `INVALID_OPTION` or
 * `INVALID_DURATION`
 */
export function policyForClient(
  base: Policy,
  options: CallOptions,
  others: readonly string[] = CLIENT_OPTIONS,
): Policy {
  checkOptionNames(options, others);
  const policy = policyWith(base, options);
  if (!policy.requireScope || policy.scope !== '') return policy;
  throw new LlmCacheError(
    'SCOPE_REQUIRED',
    "This cache has requireScope, and no scope is given: none of these calls could be cached. Write { scope: 'tenant-7' }, one client or method for each tenant.",
  );
}
