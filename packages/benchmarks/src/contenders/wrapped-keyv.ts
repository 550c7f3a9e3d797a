import { createCache } from 'cache-manager';
import { Keyv } from 'keyv';
import type { MakeContender } from './contender.ts';
import { keyOf } from './key-of.ts';

const WEEK = 7 * 24 * 60 * 60 * 1_000;

/** As its README has it: over a Keyv, which copies. */
export const wrappedKeyv: MakeContender = (call) => {
  const cache = createCache({ stores: [new Keyv()] });
  return {
    name: 'cache-manager wrap',
    ask: (request) => cache.wrap(keyOf(request), () => call(request), WEEK),
  };
};
