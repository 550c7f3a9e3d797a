/**
 * This package is a middleware of the AI SDK: a repeated call of a language model or an embedding model is answered from a store.
 * It must never know one provider's wire, for it sees only the calls and the parts that the AI SDK exchanges with every provider.
 * Start reading in `ai-sdk.ts`.
 */
export {
  aiSdk,
  type CachedAiSdkOptions,
  cachedEmbeddingModel,
  cachedLanguageModel,
} from './ai-sdk.ts';
export { cachedAiSdk } from './cached-model.ts';
