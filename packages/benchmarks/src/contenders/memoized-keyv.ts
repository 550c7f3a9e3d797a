import { Keyv } from 'keyv';
import pMemoize from 'p-memoize';
import type { MakeContender } from './contender.ts';
import { keyOf } from './key-of.ts';

export const memoizedKeyv: MakeContender = (call) => {
  const cache = new Keyv<unknown>();
  const ask = pMemoize(call, {
    cacheKey: ([request]) => keyOf(request),
    cache: {
      has: (key: string) => cache.has(key),
      get: (key: string) => cache.get(key),
      set: (key: string, response: unknown) => cache.set(key, response),
      delete: (key: string) => cache.delete(key),
    },
  });
  return { name: 'p-memoize + keyv', ask };
};
