export { type CachedOllamaOptions, cachedOllama, ollama } from './ollama.ts';
