import { type CallOptions, defaultCache, type LlmCache, LlmCacheError } from '@cached-llm/core';
import { type Adapter, describeKind, policyForClient } from '@cached-llm/core/adapter';
import {
  type EmbeddingModelMiddleware,
  type LanguageModelMiddleware,
  wrapEmbeddingModel,
  wrapLanguageModel,
} from 'ai';
import { rejects, usageOf } from './admission.ts';
import { cross } from './cross.ts';
import { embedEach } from './embeddings.ts';
import { identityOf, ignore, isStateful, type ModelRequest } from './identity.ts';
import { type ModelResult, ResultCodec } from './result-codec.ts';
import { stream } from './stream.ts';

/** The language that the AI SDK speaks with every provider: `LanguageModelV4` and `EmbeddingModelV4`. */
export const aiSdk: Adapter = {
  provider: 'ai-sdk',
  ignore,
  callIds: ['prompt.*.content.*.toolCallId'],
  isStateful,
  rejects,
  usageOf,
  stream,
  cross,
};

/** What the call options of the core leave open: which cache answers. */
export interface CachedAiSdkOptions extends CallOptions {
  /** @default defaultCache() */
  readonly cache?: LlmCache | undefined;
}

type LanguageModel = Parameters<typeof wrapLanguageModel>[0]['model'];
type EmbeddingModel = Parameters<typeof wrapEmbeddingModel>[0]['model'];

interface ModelCall<Result> extends ModelRequest {
  /** Makes the call as the caller made it. */
  readonly invokeUncached: () => PromiseLike<Result>;
  /** Makes the call with this signal in the place of the caller's. */
  readonly invoke: (signal: AbortSignal) => PromiseLike<Result>;
}

/** Reads the options once. What it returns answers any call of a model. */
function answering({ cache = defaultCache(), ...options }: CachedAiSdkOptions) {
  const policy = policyForClient(cache.policy, options);
  const isOff = policy.mode === 'off';
  const rules = { adapter: aiSdk, admit: policy.admit };
  const callFor = <Result extends ModelResult>(asked: ModelRequest) => ({
    identity: identityOf(asked, { adapter: aiSdk, policy }),
    policy,
    signal: asked.params.abortSignal,
    codec: new ResultCodec<Result>({ rules, request: asked.params }),
  });
  async function answer<Result extends ModelResult>(call: ModelCall<Result>): Promise<Result> {
    const { invokeUncached, invoke } = call;
    if (isOff) return invokeUncached();
    const { response } = await cache.pipeline.answer<Result>({
      ...callFor<Result>(call),
      invokeUncached: async () => invokeUncached(),
      invoke: async (signal) => invoke(signal),
    });
    return response;
  }
  return { isOff, cache, callFor, answer };
}

/**
 * Middleware for `wrapLanguageModel` and `wrapProvider` that answers repeated calls from a store. Put it
 * next to the model, last in the list: the key does not contain what a middleware behind it changes.
 *
 * @throws {LlmCacheError} for a bad option, when it is made and not at a call.
 */
export function cachedLanguageModel(options: CachedAiSdkOptions = {}): LanguageModelMiddleware {
  const { answer } = answering(options);
  const operation = 'language-model';
  return {
    specificationVersion: 'v4',
    wrapGenerate: ({ model, params, doGenerate: invokeUncached }) => {
      const invoke = (abortSignal: AbortSignal) => model.doGenerate({ ...params, abortSignal });
      return answer({ model, operation, params, invokeUncached, invoke });
    },
    wrapStream: ({ model, params, doStream: invokeUncached }) => {
      const invoke = (abortSignal: AbortSignal) => model.doStream({ ...params, abortSignal });
      return answer({ model, operation, streamed: true, params, invokeUncached, invoke });
    },
  };
}

/**
 * Middleware for `wrapEmbeddingModel` that answers each repeated value from a store, whichever values come
 * with it. Put it next to the model, last in the list: the key does not contain what a middleware behind it changes.
 *
 * @throws {LlmCacheError} for a bad option, when it is made and not at a call.
 */
export function cachedEmbeddingModel(options: CachedAiSdkOptions = {}): EmbeddingModelMiddleware {
  const { isOff, cache, callFor } = answering(options);
  const operation = 'embedding-model';
  return {
    specificationVersion: 'v4',
    wrapEmbed: async (call) => {
      if (isOff) return call.doEmbed();
      const { model } = call;
      return embedEach(cache, call, (params) => callFor({ model, operation, params }));
    },
  };
}

/** The method is looked for, because a model may be of any class. */
function has<Model>(model: unknown, method: keyof Model): model is Model {
  return typeof (model as Partial<Model> | null)?.[method] === 'function';
}

/**
 * The same model, whose repeated calls are answered from a store, whichever function of the AI SDK makes
 * them. The model that you pass is unchanged.
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
  if (has<LanguageModel>(model, 'doGenerate'))
    return wrapLanguageModel({ model, middleware: cachedLanguageModel(options) });
  if (has<EmbeddingModel>(model, 'doEmbed'))
    return wrapEmbeddingModel({ model, middleware: cachedEmbeddingModel(options) });
  throw new LlmCacheError(
    'WRONG_CLIENT',
    `cachedAiSdk takes a language model or an embedding model of the AI SDK; this is ${describeKind(model)}. Write cachedAiSdk(openai('gpt-4o')).`,
  );
}
