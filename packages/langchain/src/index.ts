export { type CachedFetchOptions, cachedFetch } from '@cached-llm/http';
export { CachedLlmCache, type CachedLlmCacheOptions } from './langchain.ts';
