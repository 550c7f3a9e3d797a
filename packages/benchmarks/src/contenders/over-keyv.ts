import { createCache } from 'cache-manager';
import { Keyv, type KeyvStoreAdapter } from 'keyv';
import pMemoize from 'p-memoize';
import { keyOf, type MakeContender } from './contender.ts';

const WEEK = 7 * 24 * 60 * 60 * 1_000;

/** What a user of Keyv writes in ten minutes. */
export function keyvOver(store: KeyvStoreAdapter | undefined): MakeContender {
  const keyv = new Keyv<unknown>(store === undefined ? {} : { store });
  return (call) => ({
    name: 'keyv by hand',
    async ask(request) {
      const key = keyOf(request);
      const found = await keyv.get(key);
      if (found !== undefined) return found;
      const response = await call(request);
      await keyv.set(key, response);
      return response;
    },
  });
}

export const keyvByHand: MakeContender = (call, entries) => keyvOver(undefined)(call, entries);

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

/** As in the README of cache-manager: over a Keyv, which copies. */
export const wrappedKeyv: MakeContender = (call) => {
  const cache = createCache({ stores: [new Keyv()] });
  return {
    name: 'cache-manager wrap',
    ask: (request) => cache.wrap(keyOf(request), () => call(request), WEEK),
  };
};
