import { type CacheEntry, cachified as cachify } from '@epic-web/cachified';
import type { MakeContender } from './contender.ts';
import { keyOf } from './key-of.ts';

const WEEK = 7 * 24 * 60 * 60 * 1_000;

/** Over a Map, as in its README. */
export const cachified: MakeContender = (call) => {
  const rows = new Map<string, CacheEntry<unknown>>();
  const cache = {
    get: (key: string) => rows.get(key),
    set: (key: string, entry: CacheEntry<unknown>) => rows.set(key, entry),
    delete: (key: string) => rows.delete(key),
  };
  return {
    name: 'cachified',
    ask: (request) =>
      cachify({ key: keyOf(request), cache, ttl: WEEK, getFreshValue: () => call(request) }),
  };
};
