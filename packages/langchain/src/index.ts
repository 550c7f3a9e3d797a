/**
 * This package is the `cache` of LangChain's models; it also exports `cachedFetch`, for models that take a `fetch`.
 * It must never guess what LangChain does not pass on to its cache: such a call bypasses it.
 * Start reading in `langchain.ts`.
 */
export { type CachedFetchOptions, cachedFetch } from '@cached-llm/http';
export { CachedLlmCache, type CachedLlmCacheOptions } from './langchain.ts';
