/**
 * The client of the `ollama` package, cached, and the adapter that describes its format.
 * Nothing here may treat an absent `stream` as false: over HTTP the server streams without it.
 * Start reading in `ollama.ts`.
 */
export { ollama } from './adapter.ts';
export { type CachedOllamaOptions, cachedOllama } from './ollama.ts';
