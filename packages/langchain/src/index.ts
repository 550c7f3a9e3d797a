export { type CachedFetchOptions, cachedFetch } from '@cached-llm/http';
export { CachedLlmCache, type CachedLlmCacheOptions } from './cached-llm-cache.ts';
