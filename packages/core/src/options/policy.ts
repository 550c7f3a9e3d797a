import type { PrivacyOptions } from '../cache/privacy-options.ts';
import type { FieldPath } from '../key/call-identity.ts';
import { toMilliseconds } from './duration.ts';
import { OPTION_READERS } from './option-readers.ts';
import type { Admit, Mode, OnModelChange, Pace } from './option-words.ts';
import type { CallOptions } from './options.ts';

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
  readonly replay: Pace;
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
  options: CallOptions & Pick<PrivacyOptions, 'requireScope'>,
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
