import type { EmbeddingModelMiddleware } from 'ai';
import { type CachedAiSdkOptions, ModelDoor } from './model-door.ts';

/**
 * Middleware for `wrapEmbeddingModel` that answers repeated calls from a store. It belongs next to the
 * model, last in the list: what another middleware changes behind it is not in the key.
 *
 * @throws {LlmCacheError} for a bad option, here and not at a call.
 */
export function cachedEmbeddingModel(options: CachedAiSdkOptions = {}): EmbeddingModelMiddleware {
  const door = new ModelDoor(options);
  return {
    specificationVersion: 'v4',
    wrapEmbed: ({ model, params, doEmbed }) =>
      door.answer({
        model,
        operation: 'embedding-model',
        params,
        pass: doEmbed,
        invoke: (abortSignal) => model.doEmbed({ ...params, abortSignal }),
      }),
  };
}
