import type { LlmCache } from '@cached-llm/core';
import { cacheOf } from '@cached-llm/core/adapter';
import type { CachedFetchOptions, Fetch } from './http-call.ts';

/** The `fetch` of the first client of each provider, as long as all clients of a cache have the same. */
const firsts = new WeakMap<LlmCache, Map<string, WeakRef<Fetch> | 'warned'>>();

/** The cache of a cached `fetch`, and what is below it, which was examined when it was made. */
interface Remembered {
  readonly cache: LlmCache;
  readonly below: Fetch;
}

const cachedFetches = new WeakMap<Fetch, Remembered>();

export function rememberCachedFetch(fetch: Fetch, of: Remembered): Fetch {
  cachedFetches.set(fetch, of);
  return fetch;
}

export const isCachedFetch = (fetch: Fetch): boolean => cachedFetches.has(fetch);

let hasWarnedOfTwo = false;

/**
 * What makes the requests of a cached fetch. A second cache below it would answer a refresh, a revalidation and the call
 * after `invalidateAnswer` with what it has stored, so it is left out, with one warning.
 */
export function fetchBelow(given: Fetch, cache: LlmCache): Fetch {
  const known = cachedFetches.get(given);
  if (known !== undefined && known.cache !== cache) warnOfTwoCaches();
  return known?.below ?? given;
}

function warnOfTwoCaches(): void {
  if (hasWarnedOfTwo) return;
  hasWarnedOfTwo = true;
  const what = 'A client or a fetch with a cache has a fetch below it that has a cache, too.';
  const remedy =
    'Only the outer cache answers the requests that it caches. Give it a plain fetch. For memory before a store, use the option tiers of createLlmCache.';
  process.emitWarning(`${what} ${remedy}`, { type: 'LlmCacheWarning', code: 'TWO_CACHES' });
}

/**
 * Warns once for each cache and provider when clients with different `fetch` functions share answers. What such a
 * function writes into a request is not in the key. A client with a `version` or a `scope` of its own is not meant.
 *
 * @param options those of the client, with its own `fetch` where it has one
 */
export function warnOfOwnFetch(options: CachedFetchOptions): void {
  const { fetch = globalThis.fetch as Fetch, adapter, version, scope } = options;
  if (version !== undefined || scope !== undefined || cachedFetches.has(fetch)) return;
  const cache = cacheOf(options);
  const known = firsts.get(cache) ?? new Map<string, WeakRef<Fetch> | 'warned'>();
  const provider = adapter?.provider ?? '';
  const first = known.get(provider) ?? new WeakRef(fetch);
  firsts.set(cache, known.set(provider, first));
  if (first === 'warned' || first.deref() === fetch) return;
  known.set(provider, 'warned');
  const what = `Two clients of ${provider} with different fetch functions share their answers in one cache. What a fetch changes in a request is not in the key.`;
  const remedy =
    "If one of them writes a header, a path or a body, give each client a version or a scope of its own: { version: 'tenant-7' }.";
  process.emitWarning(`${what} ${remedy}`, { type: 'LlmCacheWarning', code: 'OWN_FETCH' });
}
