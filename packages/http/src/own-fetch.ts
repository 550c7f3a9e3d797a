import type { LlmCache } from '@cached-llm/core';
import { cacheOf } from '@cached-llm/core/adapter';
import type { CachedFetchOptions, Fetch } from './http-call.ts';

/** The `fetch` of the first client of each provider, as long as all clients of a cache have the same. */
const firsts = new WeakMap<LlmCache, Map<string, WeakRef<Fetch> | 'warned'>>();

/** Every cached fetch: what is below it was examined when it was made. */
const cachedFetches = new WeakSet<Fetch>();

export function rememberCachedFetch(fetch: Fetch): Fetch {
  cachedFetches.add(fetch);
  return fetch;
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
    "If one writes a header, a path or a body, give each client a version or a scope of its own: { version: 'tenant-7' }.";
  process.emitWarning(`${what} ${remedy}`, { type: 'LlmCacheWarning', code: 'OWN_FETCH' });
}
