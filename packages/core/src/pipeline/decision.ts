import type { Freshness } from '../entry/index.ts';
import type { Mode } from '../options/index.ts';

export type State = Freshness | 'absent';

export type Step = 'call' | 'serve' | 'serve-and-revalidate' | 'call-or-serve' | 'refuse';

/** What is done with a request, by its mode and by the state of its entry. */
export const DECISIONS: Readonly<Record<Mode, Readonly<Record<State, Step>>>> = {
  'read-write': {
    fresh: 'serve',
    stale: 'serve-and-revalidate',
    fallback: 'call-or-serve',
    expired: 'call',
    absent: 'call',
  },
  'read-only': {
    fresh: 'serve',
    stale: 'serve', // the answer of a revalidation could not be stored
    fallback: 'call-or-serve',
    expired: 'call',
    absent: 'call',
  },
  refresh: {
    fresh: 'call',
    stale: 'call',
    fallback: 'call-or-serve',
    expired: 'call',
    absent: 'call',
  },
  replay: {
    fresh: 'serve',
    stale: 'serve',
    fallback: 'serve',
    expired: 'serve', // a recording does not age
    absent: 'refuse',
  },
  off: {
    fresh: 'call',
    stale: 'call',
    fallback: 'call',
    expired: 'call',
    absent: 'call',
  },
};
