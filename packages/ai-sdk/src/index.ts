export { aiSdk } from './ai-sdk.ts';
export { cachedAiSdk } from './cached-ai-sdk.ts';
export { cachedEmbeddingModel } from './cached-embedding-model.ts';
export { cachedLanguageModel } from './cached-language-model.ts';
export type { CachedAiSdkOptions } from './model-door.ts';
