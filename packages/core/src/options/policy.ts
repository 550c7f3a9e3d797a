import { type FieldPath, fieldPath } from '../key/index.ts';
import {
  type Admit,
  type CallOptions,
  MODEL_CHANGES,
  MODES,
  type Mode,
  type OnModelChange,
  REPLAY_PACES,
  type ReplayPace,
} from './call-options.ts';
import { toMilliseconds, toPositiveMilliseconds } from './duration.ts';
import { describeKind, LlmCacheError } from './errors.ts';

function invalid(option: string, value: unknown, remedy: string): never {
  throw new LlmCacheError('INVALID_OPTION', `${option} is ${String(value)}. ${remedy}`);
}

const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';

const kindOfScope = (given: unknown) => (given === '' ? 'empty' : describeKind(given));

const isTextList = (value: unknown): value is readonly string[] =>
  Array.isArray(value) && value.every(isText);

const readBoolean = (option: string, given: unknown): boolean =>
  typeof given === 'boolean' ? given : invalid(option, given, 'Write true or false.');

function readWord<Word extends string>(option: string, words: readonly Word[], given: unknown) {
  const list = words.map((word) => `'${word}'`).join(', ');
  return words.find((word) => word === given) ?? invalid(option, given, `Write one of ${list}.`);
}

/** One reader an option: checks what was written, and says what to write instead. */
const OPTION_READERS: {
  readonly [Name in keyof Policy]: (given: never) => Policy[Name];
} = {
  ttl: (given: number) => toPositiveMilliseconds(given, 'ttl'),
  staleWhileRevalidate: (given: number) => toMilliseconds(given, 'staleWhileRevalidate'),
  staleIfError: (given: number) => toMilliseconds(given, 'staleIfError'),
  softTimeout: (given: number) => toPositiveMilliseconds(given, 'softTimeout'),
  renewOnHit: (given: unknown) => readBoolean('renewOnHit', given),
  mode: (given: unknown) => readWord('mode', MODES, given),
  // What was given may name a person, and is not repeated.
  scope: (given: unknown) =>
    isText(given)
      ? given
      : invalid('scope', kindOfScope(given), 'Write a text that names the tenant or user.'),
  requireScope: (given: unknown) => readBoolean('requireScope', given),
  tags: (given: unknown) =>
    isTextList(given) ? given : invalid('tags', given, 'Write an array of texts.'),
  sample: (given: unknown) =>
    Number.isSafeInteger(given) && Number(given) >= 0
      ? Number(given)
      : invalid('sample', given, 'Write a whole number, counted from 0.'),
  explain: (given: unknown) => readBoolean('explain', given),
  onModelChange: (given: unknown) => readWord('onModelChange', MODEL_CHANGES, given),
  version: (given: unknown) =>
    isText(given) ? given : invalid('version', given, "Write a text, such as '2'."),
  ignore: (given: unknown) =>
    isTextList(given)
      ? given.map(fieldPath)
      : invalid('ignore', given, "Write an array of fields, such as ['metadata.run_id']."),
  admit: (given: Admit) =>
    typeof given === 'function' || (typeof given === 'object' && given !== null)
      ? given
      : invalid('admit', given, 'Write a predicate, or an object such as { truncated: true }.'),
  replay: (given: unknown) => readWord('replay', REPLAY_PACES, given),
  crossMode: (given: unknown) => readBoolean('crossMode', given),
  when: (given: Policy['when']) =>
    typeof given === 'function' ? given : invalid('when', given, 'Write a predicate.'),
};

/** {@link CallOptions}, resolved: nothing after this asks what was left out. */
export interface Policy {
  readonly ttl: number;
  readonly staleWhileRevalidate: number;
  readonly staleIfError: number;
  readonly softTimeout: number;
  readonly renewOnHit: boolean;
  readonly mode: Mode;
  readonly scope: string;
  /** A call without a scope goes past the cache. */
  readonly requireScope: boolean;
  readonly tags: readonly string[];
  readonly version: string | undefined;
  readonly sample: number;
  readonly explain: boolean;
  readonly onModelChange: OnModelChange;
  readonly ignore: readonly FieldPath[];
  readonly admit: Admit;
  readonly replay: ReplayPace;
  readonly crossMode: boolean;
  readonly when: ((...request: never) => boolean) | undefined;
}

/** Every default of a call, in one place. */
export const DEFAULT_POLICY: Policy = {
  ttl: toMilliseconds('7d', 'ttl'), // re-run suites: an hour keeps 1-2 % of the hits, a week 42-80 %
  staleWhileRevalidate: 0,
  staleIfError: 0,
  softTimeout: Number.POSITIVE_INFINITY,
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
  admit: {},
  replay: 'instant',
  crossMode: false,
  when: undefined,
};

/** `base` with what `options` says; what they leave out, or give as undefined, stays. */
export function policyWith(
  base: Policy,
  options: CallOptions & { readonly requireScope?: boolean | undefined },
): Policy {
  const names = Object.keys(OPTION_READERS) as (keyof Policy)[]; // the table has no other keys
  const given = names.flatMap((name) => {
    const value = options[name];
    // Each reader checks the type of what it is given.
    return value === undefined ? [] : [[name, OPTION_READERS[name](value as never)] as const];
  });
  if (given.length === 0) return base;
  const policy: Policy = { ...base, ...Object.fromEntries(given) };
  // What a cache requires, no function and no call takes back.
  return base.requireScope ? { ...policy, requireScope: true } : policy;
}

const isScope = (scope: unknown) => typeof scope === 'string' && scope !== '';

/**
 * `base` with what one call says. A tenant that is not known makes no call fail: where a scope is required,
 * one that is given and is none stands for no scope, never for the one of before.
 */
export function policyForCall(base: Policy, options: CallOptions): Policy {
  const isMissing = Object.hasOwn(options, 'scope') && !isScope(options.scope);
  if (!base.requireScope || !isMissing) return policyWith(base, options);
  return { ...policyWith(base, { ...options, scope: undefined }), scope: '' };
}

/**
 * `base` with what `options` says, for a door whose calls cannot name a scope of their own.
 *
 * @throws {LlmCacheError} `SCOPE_REQUIRED` where the cache wants one and nobody has said it; for a bad option.
 */
export function policyForClient(base: Policy, options: CallOptions): Policy {
  const policy = policyWith(base, options);
  if (!policy.requireScope || policy.scope !== '') return policy;
  throw new LlmCacheError(
    'SCOPE_REQUIRED',
    "This cache has requireScope, and no scope is given: none of these calls could be cached. Write { scope: 'tenant-7' }, one client or method for each tenant.",
  );
}
