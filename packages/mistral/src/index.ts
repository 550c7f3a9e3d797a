/**
 * The client of the `@mistralai/mistralai` package, cached, and the adapter that describes its format.
 * Nothing here may bypass the hooks of the client's `HTTPClient`, which may change a request.
 * Start reading in `mistral.ts`.
 */
export { mistral } from './adapter.ts';
export { type CachedMistralOptions, cachedMistral } from './mistral.ts';
