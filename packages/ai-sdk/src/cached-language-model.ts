import type { LanguageModelMiddleware } from 'ai';
import { type CachedAiSdkOptions, ModelDoor } from './model-door.ts';

/**
 * Middleware for `wrapLanguageModel` and `wrapProvider` that answers repeated calls from a store. It
 * belongs next to the model, last in the list: what another middleware changes behind it is not in the key.
 *
 * @throws {LlmCacheError} for a bad option, here and not at a call.
 */
export function cachedLanguageModel(options: CachedAiSdkOptions = {}): LanguageModelMiddleware {
  const door = new ModelDoor(options);
  const operation = 'language-model';
  return {
    specificationVersion: 'v4',
    wrapGenerate: ({ model, params, doGenerate }) =>
      door.answer({
        model,
        operation,
        params,
        pass: doGenerate,
        invoke: (abortSignal) => model.doGenerate({ ...params, abortSignal }),
      }),
    wrapStream: ({ model, params, doStream }) =>
      door.answer({
        model,
        operation,
        streamed: true,
        params,
        pass: doStream,
        invoke: (abortSignal) => model.doStream({ ...params, abortSignal }),
      }),
  };
}
