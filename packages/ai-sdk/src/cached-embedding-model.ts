import type { EmbeddingModelMiddleware } from 'ai';
import { embedEach } from './embeddings.ts';
import { type CachedAiSdkOptions, ModelDoor } from './model-door.ts';

/**
 * Middleware for `wrapEmbeddingModel` that answers repeated values from a store, whatever others come with them. It belongs next to the
 * model, last in the list: what another middleware changes behind it is not in the key.
 *
 * @throws {LlmCacheError} for a bad option, here and not at a call.
 */
export function cachedEmbeddingModel(options: CachedAiSdkOptions = {}): EmbeddingModelMiddleware {
  const door = new ModelDoor(options);
  return {
    specificationVersion: 'v4',
    wrapEmbed: async (call) => (door.isOff ? call.doEmbed() : embedEach(door, call)),
  };
}
