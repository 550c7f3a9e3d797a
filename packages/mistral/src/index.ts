export { type CachedMistralOptions, cachedMistral, mistral } from './mistral.ts';
