import { type CacheEntry, cachified as cachify } from '@epic-web/cachified';
import { keyOf, type MakeContender } from './contender.ts';

const WEEK = 7 * 24 * 60 * 60 * 1_000;

/** As in the README of cachified: over a Map. */
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
