import { type FieldPath, fieldPath } from '../words/call-identity.ts';
import { toMilliseconds, toPositiveMilliseconds } from '../words/duration.ts';
import { LlmCacheError } from '../words/errors.ts';
import { type Admit, type CallOptions, MODES, type Mode, PACES, type Pace } from './options.ts';

/** {@link CallOptions}, resolved: nothing after this asks what was left out. */
export interface Policy {
  readonly ttl: number;
  readonly staleWhileRevalidate: number;
  readonly staleIfError: number;
  readonly renewOnHit: boolean;
  readonly mode: Mode;
  readonly scope: string;
  readonly tags: readonly string[];
  readonly version: string | undefined;
  readonly ignore: readonly FieldPath[];
  readonly admit: Admit;
  readonly replay: Pace;
  readonly crossMode: boolean;
  readonly when: ((...request: never) => boolean) | undefined;
}

/** Every default of a call, in one place. */
export const DEFAULT_POLICY: Policy = {
  ttl: toMilliseconds('7d', 'ttl'), // re-run suites: an hour keeps 1-2 % of the hits, a week 42-80 %
  staleWhileRevalidate: 0,
  staleIfError: 0,
  renewOnHit: false,
  mode: 'read-write',
  scope: '',
  tags: [],
  version: undefined,
  ignore: [],
  admit: {},
  replay: 'instant',
  crossMode: false,
  when: undefined,
};

function invalid(option: string, value: unknown, remedy: string): never {
  throw new LlmCacheError('INVALID_OPTION', `${option} is ${String(value)}. ${remedy}`);
}

const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';

const isTextList = (value: unknown): value is readonly string[] =>
  Array.isArray(value) && value.every(isText);

const readBoolean = (option: string, given: unknown): boolean =>
  typeof given === 'boolean' ? given : invalid(option, given, 'Write true or false.');

function readWord<Word extends string>(option: string, words: readonly Word[], given: unknown) {
  const list = words.map((word) => `'${word}'`).join(', ');
  return words.find((word) => word === given) ?? invalid(option, given, `Write one of ${list}.`);
}

/** One reader an option: checks what was written, and says what to write instead. */
const READERS: {
  readonly [Name in keyof Policy]: (given: never) => Policy[Name];
} = {
  ttl: (given: number) => toPositiveMilliseconds(given, 'ttl'),
  staleWhileRevalidate: (given: number) => toMilliseconds(given, 'staleWhileRevalidate'),
  staleIfError: (given: number) => toMilliseconds(given, 'staleIfError'),
  renewOnHit: (given: unknown) => readBoolean('renewOnHit', given),
  mode: (given: unknown) => readWord('mode', MODES, given),
  scope: (given: unknown) =>
    isText(given) ? given : invalid('scope', given, 'Write a text that names the tenant or user.'),
  tags: (given: unknown) =>
    isTextList(given) ? given : invalid('tags', given, 'Write an array of texts.'),
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
  replay: (given: unknown) => readWord('replay', PACES, given),
  crossMode: (given: unknown) => readBoolean('crossMode', given),
  when: (given: Policy['when']) =>
    typeof given === 'function' ? given : invalid('when', given, 'Write a predicate.'),
};

/** `base` with what `options` says; what they leave out, or give as undefined, stays. */
export function resolvePolicy(base: Policy, options: CallOptions): Policy {
  const names = Object.keys(READERS) as (keyof Policy)[]; // the table has no other keys
  const given = names.flatMap((name) => {
    const value = options[name];
    // Each reader checks the type of what it is given.
    return value === undefined ? [] : [[name, READERS[name](value as never)] as const];
  });
  return given.length === 0 ? base : { ...base, ...Object.fromEntries(given) };
}
