import { type CallOptions, type LlmCache, LlmCacheError } from '@cached-llm/core';
import {
  type Adapter,
  bypassAnswer,
  cacheOf,
  controlledPolicy,
  describeKind,
  isFields,
  type Policy,
  policyForClient,
  shareOrigin,
  whenBypass,
} from '@cached-llm/core/adapter';
import type { EmbeddingModelMiddleware, LanguageModelMiddleware } from 'ai';
import { accountIdsOf } from './account-ids.ts';
import { rejects, usageOf } from './admission.ts';
import { takeControl } from './call-control.ts';
import { callEndpoint } from './call-endpoint.ts';
import { cross } from './cross.ts';
import { embedEach, isOneRequest } from './embeddings.ts';
import { atOwnHosts, identityOf, ignore, isStateful, type ModelRequest } from './identity.ts';
import type { Model } from './model-parts.ts';
import { mustSayWhoAnswers, settingsOf } from './model-settings.ts';
import { type ModelResult, ResultCodec } from './result-codec.ts';
import { stream } from './stream.ts';

/** The language that the AI SDK speaks with every provider: models of the specifications V2, V3 and V4. */
export const aiSdk: Adapter = {
  provider: 'ai-sdk',
  ignore,
  atOwnHosts,
  callIds: ['prompt.*.content.*.toolCallId'],
  isStateful,
  rejects,
  usageOf,
  stream,
  cross,
};

/** What the call options of the core leave open: which cache answers, and who answers behind it. */
export interface CachedAiSdkOptions extends CallOptions {
  /** @default defaultCache() */
  readonly cache?: LlmCache | undefined;
  /**
   * Who answers, where the model does not show it, as one with a `fetch` of its own or one made by `wrapLanguageModel`:
   * `{ baseURL, route }`, or any other plain data. It is part of the key. @default what the model itself shows
   */
  readonly identity?: Readonly<Record<string, unknown>> | undefined;
}

interface ModelCall<Result> extends Omit<ModelRequest, 'settings'> {
  /** Makes the call as the caller made it. */
  readonly invokeUncached: () => PromiseLike<Result>;
  /** Makes the call with this signal in the place of the caller's. */
  readonly invoke: (signal: AbortSignal) => PromiseLike<Result>;
}

function isData(value: unknown): boolean {
  if (typeof value === 'object' && value !== null) return Object.values(value).every(isData);
  return typeof value !== 'function' && typeof value !== 'symbol';
}

/** An identity without a field says nothing, and with a function in it every call would bypass the cache. */
function mustBePlain(identity: unknown): void {
  const isGiven = isFields(identity) && Object.keys(identity).length > 0 && isData(identity);
  if (identity === undefined || isGiven) return;
  throw new LlmCacheError(
    'INVALID_OPTION',
    `identity is ${isFields(identity) ? 'empty, or contains a function' : describeKind(identity)}. Write what the model does not show as plain data: { baseURL: 'https://llm.example.com/v1' }.`,
  );
}

/** The policy of a request, and whether only callers of the same account get the answer. */
function accountRules(cache: LlmCache, policy: Policy, { model, params }: ModelRequest) {
  const ids = cache.isForAnyAccount ? undefined : accountIdsOf(model, params);
  if (ids === undefined) return { policy, isForOneAccount: false };
  // In `replay` mode nothing is sent, and so no old id comes to a provider.
  const isLimited = policy.mode !== 'replay' && ids.retention < policy.maxAge;
  return {
    policy: isLimited ? { ...policy, maxAge: ids.retention } : policy,
    isForOneAccount: true,
  };
}

interface Answering {
  readonly cache: LlmCache;
  readonly policy: Policy;
  readonly said: Readonly<Record<string, unknown>> | undefined;
}

/** Makes a request of a model a call of the cache, but for what calls the model. */
function callMaker({ cache, policy: base, said }: Answering) {
  return <Result extends ModelResult>(asked: ModelRequest) => {
    const policy = controlledPolicy(base, asked.control);
    const keying = { ...accountRules(cache, policy, asked), adapter: aiSdk, said };
    const rules = { adapter: aiSdk, admit: policy.admit, ttlOf: policy.ttlOf };
    return {
      identity: identityOf(asked, keying),
      endpoint: callEndpoint(asked),
      policy: keying.policy,
      bypass: whenBypass(policy, [asked.params]),
      signal: asked.params.abortSignal,
      codec: new ResultCodec<Result>({ rules, request: asked.params }),
    };
  };
}

/** Lets what the AI SDK takes over of a result, such as its headers, come from the same call as the result. */
const traced = <Result extends object>(result: Result): Result => shareOrigin(result, result);

/** Reads the options once. What it returns answers any call of a model. */
function answering({ identity: said, ...options }: CachedAiSdkOptions) {
  const cache = cacheOf(options);
  mustBePlain(said);
  const policy = policyForClient(cache.policy, options);
  const isOff = policy.mode === 'off';
  /** In mode `replay` nothing is sent, whatever a call says. */
  const isOffFor = (control: ModelRequest['control']) =>
    controlledPolicy(policy, control).mode === 'off';
  const callFor = callMaker({ cache, policy, said });
  async function answer<Result extends ModelResult>(call: ModelCall<Result>): Promise<Result> {
    if (isOffFor(call.control)) {
      return traced(bypassAnswer(await call.invokeUncached(), 'off').response);
    }
    const settings = await settingsOf(call.model, said);
    const { response } = await cache.pipeline.answer<Result>({
      ...callFor<Result>({ ...call, settings }),
      invokeUncached: async () => call.invokeUncached(),
      invoke: async (signal) => call.invoke(signal),
    });
    return traced(response);
  }
  /** @throws {LlmCacheError} `WRONG_CLIENT` */
  const check = (model: Model) => {
    if (!isOff && said === undefined) mustSayWhoAnswers(model);
  };
  return { isOffFor, said, cache, callFor, answer, check };
}

/**
 * Middleware for `wrapLanguageModel` and `wrapProvider` that answers repeated calls from a store. Put it
 * next to the model, last in the list: the key does not contain what a middleware behind it changes.
 *
 * @throws {LlmCacheError} for a bad option, when it is made and not at a call.
 */
export function cachedLanguageModel(options: CachedAiSdkOptions = {}): LanguageModelMiddleware {
  const { answer, check } = answering(options);
  const operation = 'language-model';
  return {
    specificationVersion: 'v4',
    // Called where a model is wrapped, which is the time to refuse one.
    overrideSupportedUrls({ model }) {
      check(model);
      return model.supportedUrls;
    },
    wrapGenerate: ({ model, params: given, doGenerate }) => {
      const { sent: params, control } = takeControl(given);
      const invokeUncached = control === undefined ? doGenerate : () => model.doGenerate(params);
      const invoke = (abortSignal: AbortSignal) => model.doGenerate({ ...params, abortSignal });
      return answer({ model, operation, params, control, invokeUncached, invoke });
    },
    wrapStream: ({ model, params: given, doStream }) => {
      const { sent: params, control } = takeControl(given);
      const invokeUncached = control === undefined ? doStream : () => model.doStream(params);
      const invoke = (abortSignal: AbortSignal) => model.doStream({ ...params, abortSignal });
      return answer({ model, operation, streamed: true, params, control, invokeUncached, invoke });
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
  const { isOffFor, said, cache, callFor, answer, check } = answering(options);
  const operation = 'embedding-model';
  return {
    specificationVersion: 'v4',
    overrideMaxEmbeddingsPerCall({ model }) {
      check(model);
      return model.maxEmbeddingsPerCall;
    },
    wrapEmbed: async ({ model, params: given, doEmbed }) => {
      const { sent: params, control } = takeControl(given);
      const invokeUncached = control === undefined ? doEmbed : () => model.doEmbed(params);
      const invoke = (abortSignal: AbortSignal) => model.doEmbed({ ...params, abortSignal });
      const isWhole = control !== undefined && 'field' in control;
      if (isWhole || isOffFor(control) || isOneRequest(params)) {
        return answer({ model, operation, params, control, invokeUncached, invoke });
      }
      const settings = await settingsOf(model, said);
      const embedded = embedEach(cache, { model, params, doEmbed: invokeUncached }, (each) =>
        callFor({ model, settings, operation, params: each, control }),
      );
      return traced(await embedded);
    },
  };
}
