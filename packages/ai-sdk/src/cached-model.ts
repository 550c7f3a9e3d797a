import { LlmCacheError } from '@cached-llm/core';
import { describeKind } from '@cached-llm/core/adapter';
import type { EmbeddingModelMiddleware, LanguageModelMiddleware } from 'ai';
import { type CachedAiSdkOptions, cachedEmbeddingModel, cachedLanguageModel } from './ai-sdk.ts';
import type { Model } from './model-parts.ts';

type LanguageCall = Parameters<NonNullable<LanguageModelMiddleware['wrapGenerate']>>[0];
type EmbeddingCall = Parameters<NonNullable<EmbeddingModelMiddleware['wrapEmbed']>>[0];

/** A language model of any specification: what it takes and returns is passed on, and its parts are read by name. */
export interface AnyLanguageModel extends Model {
  doGenerate(options: never): PromiseLike<unknown>;
  doStream(options: never): PromiseLike<unknown>;
}

/** An embedding model of any specification. */
export interface AnyEmbeddingModel extends Model {
  doEmbed(options: never): PromiseLike<unknown>;
}

function cachedLanguage(model: LanguageCall['model'], options: CachedAiSdkOptions | undefined) {
  const { wrapGenerate, wrapStream, overrideSupportedUrls } = cachedLanguageModel(options);
  const callOf = (params: LanguageCall['params']) => ({
    model,
    params,
    doGenerate: () => model.doGenerate(params),
    doStream: () => model.doStream(params),
  });
  return {
    supportedUrls: overrideSupportedUrls?.({ model }),
    doGenerate: async (params: LanguageCall['params']) => wrapGenerate?.(callOf(params)),
    doStream: async (params: LanguageCall['params']) => wrapStream?.(callOf(params)),
  };
}

function cachedEmbedding(model: EmbeddingCall['model'], options: CachedAiSdkOptions | undefined) {
  const { wrapEmbed, overrideMaxEmbeddingsPerCall } = cachedEmbeddingModel(options);
  return {
    maxEmbeddingsPerCall: overrideMaxEmbeddingsPerCall?.({ model }),
    supportsParallelCalls: model.supportsParallelCalls,
    doEmbed: async (params: EmbeddingCall['params']) =>
      wrapEmbed?.({ model, params, doEmbed: () => model.doEmbed(params) }),
  };
}

/**
 * The methods are looked for, because a model may be of any class. Models of pictures, speech and transcription have
 * `doGenerate` too, and only a language model says which files it can load by itself.
 */
function kindOf(model: unknown): 'language' | 'embedding' | undefined {
  const candidate = model as Readonly<Record<string, unknown>> | null | undefined;
  const has = (method: string) => typeof candidate?.[method] === 'function';
  const isOld = candidate?.specificationVersion === 'v1'; // before models said so
  const saysFiles = isOld || candidate?.supportedUrls !== undefined;
  if (saysFiles && has('doGenerate') && has('doStream')) return 'language';
  return has('doEmbed') ? 'embedding' : undefined;
}

function refuse(why: string): never {
  throw new LlmCacheError('WRONG_CLIENT', why);
}

/** Releases of the AI SDK by the specification that their models have. */
const SUPPORTED: readonly unknown[] = ['v2', 'v3', 'v4'];

function mustBeSupported({ specificationVersion, provider }: Model): void {
  if (SUPPORTED.includes(specificationVersion)) return;
  refuse(
    `cachedAiSdk takes models of the specifications v2, v3 and v4, which belong to ai 5, 6 and 7; this model of ${String(provider)} has ${String(specificationVersion)}. Install a release of its package for ai >=5 <8.`,
  );
}

/** What the AI SDK keeps with a model under symbols, for example the number of bytes that a call may have. */
function symbolsOf(model: object): object {
  const named = Object.getOwnPropertySymbols(model).map((name) => [name, Reflect.get(model, name)]);
  return Object.fromEntries(named);
}

/**
 * The same model, whose repeated calls are answered from a store, whichever function of the AI SDK makes
 * them. The model that you pass is unchanged.
 *
 * @throws {LlmCacheError} `WRONG_CLIENT` for anything but a language model or an embedding model of specification v2, v3 or
 * v4, and for a model that does not show who answers
 */
export function cachedAiSdk<Given extends AnyLanguageModel | AnyEmbeddingModel>(
  model: Given,
  options?: CachedAiSdkOptions,
): Given {
  const kind = kindOf(model);
  if (kind === undefined)
    refuse(
      `cachedAiSdk takes a language model or an embedding model of the AI SDK; this is ${describeKind(model)}. Write cachedAiSdk(openai('gpt-4o')), or cachedAiSdk(gateway('openai/gpt-4o')) in place of a name.`,
    );
  mustBeSupported(model);
  const { specificationVersion, provider, modelId } = model;
  // All versions have the methods that are used here, and what goes through them is not looked at.
  const any: unknown = model;
  const methods =
    kind === 'language'
      ? cachedLanguage(any as LanguageCall['model'], options)
      : cachedEmbedding(any as EmbeddingCall['model'], options);
  const cached = { specificationVersion, provider, modelId, ...symbolsOf(model), ...methods };
  return cached as unknown as Given; // it has all that the AI SDK uses of a model
}
