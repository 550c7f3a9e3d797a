/**
 * The clients of the `cohere-ai` package, cached, and the adapter that describes both versions of the API.
 * Nothing here may accept a client whose requests do not go through its `fetch`.
 * Start reading in `cohere.ts`.
 */
export { cohere } from './adapter.ts';
export { type CachedCohereOptions, cachedCohere } from './cohere.ts';
