export { assembleChoices } from './assemble-choices.ts';
export { cachedFetch } from './cached-fetch.ts';
export type { CachedFetchOptions, Fetch } from './door.ts';
export { httpIdentity } from './http-identity.ts';
export { readRequest } from './http-request.ts';
export { listedEmbeddings } from './listed-embeddings.ts';
export { mergeDelta } from './merge-delta.ts';
