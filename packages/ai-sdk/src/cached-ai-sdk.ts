import { kindOf, LlmCacheError } from '@cached-llm/core';
import { wrapEmbeddingModel, wrapLanguageModel } from 'ai';
import { cachedEmbeddingModel } from './cached-embedding-model.ts';
import { cachedLanguageModel } from './cached-language-model.ts';
import type { CachedAiSdkOptions } from './model-door.ts';

type LanguageModel = Parameters<typeof wrapLanguageModel>[0]['model'];
type EmbeddingModel = Parameters<typeof wrapEmbeddingModel>[0]['model'];

function has(model: unknown, method: 'doGenerate' | 'doEmbed'): boolean {
  // Looked at, not trusted: models are whatever has the methods.
  const candidate = model as Partial<Record<typeof method, unknown>> | null;
  return typeof candidate === 'object' && typeof candidate?.[method] === 'function';
}

/**
 * The model, wrapped: its repeated calls are answered from a store, whichever function of the AI SDK makes
 * them. The model you pass is unchanged.
 *
 * @throws {LlmCacheError} `WRONG_CLIENT` for anything but a language model or an embedding model.
 */
export function cachedAiSdk(
  model: LanguageModel,
  options?: CachedAiSdkOptions,
): ReturnType<typeof wrapLanguageModel>;
export function cachedAiSdk(
  model: EmbeddingModel,
  options?: CachedAiSdkOptions,
): ReturnType<typeof wrapEmbeddingModel>;
export function cachedAiSdk(model: LanguageModel | EmbeddingModel, options?: CachedAiSdkOptions) {
  if (has(model, 'doGenerate')) {
    const middleware = cachedLanguageModel(options);
    return wrapLanguageModel({ model: model as LanguageModel, middleware }); // has its method
  }
  if (has(model, 'doEmbed')) {
    const middleware = cachedEmbeddingModel(options);
    return wrapEmbeddingModel({ model: model as EmbeddingModel, middleware }); // has its method
  }
  throw new LlmCacheError(
    'WRONG_CLIENT',
    `cachedAiSdk takes a language model or an embedding model of the AI SDK; this is ${kindOf(model)}. Write cachedAiSdk(openai('gpt-4o')).`,
  );
}
