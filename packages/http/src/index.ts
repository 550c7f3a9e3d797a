export { cachedFetch } from './cached-fetch.ts';
export type { CachedFetchOptions, Fetch } from './door.ts';
export { listedEmbeddings } from './listed-embeddings.ts';
