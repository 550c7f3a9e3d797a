export { type CachedCohereOptions, cachedCohere, cohere } from './cohere.ts';
