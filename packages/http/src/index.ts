export { assembleChoices } from './adapter/chat-chunks.ts';
export { listedEmbeddings } from './adapter/embeddings.ts';
export { mergeDelta } from './adapter/merge-delta.ts';
export { cachedFetch } from './cached-fetch.ts';
export type { CachedFetchOptions, Fetch } from './http-call.ts';
export { httpIdentity } from './request/http-identity.ts';
export { readRequest } from './request/read-request.ts';
