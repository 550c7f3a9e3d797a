export { type CachedFetchOptions, cachedFetch, type Fetch } from './cached-fetch.ts';
