import { LlmCacheError } from '@cached-llm/core';
import { type RedisStore, redisStore } from './redis-store.ts';
import { isRedisUrl } from './redis-url.ts';

/**
 * The store that a URL names: `redis://`, `valkey://`, or with TLS `rediss://`, `valkeys://`.
 * @throws LlmCacheError `UNKNOWN_STORE` where the URL is not of this kind, `INVALID_OPTION` where it is malformed
 */
export function openStore(url: string): RedisStore {
  if (!isRedisUrl(url)) {
    throw new LlmCacheError(
      'UNKNOWN_STORE',
      "A Redis store's URL starts with `redis://`, `rediss://`, `valkey://` or `valkeys://`.",
    );
  }
  return redisStore(url);
}
