import {
  type Asking,
  type CallOptions,
  defaultCache,
  type Fields,
  type LlmCache,
  type Policy,
  resolvePolicy,
} from '@cached-llm/core';
import { aiSdk } from './ai-sdk.ts';
import { type Asked, modelIdentity } from './model-identity.ts';
import { ModelCodec, type ModelResult } from './result-codec.ts';

export interface CachedAiSdkOptions extends CallOptions {
  /** @default defaultCache() */
  readonly cache?: LlmCache | undefined;
}

type Params = Fields & { readonly abortSignal?: AbortSignal };

export interface ModelCall<Result> extends Omit<Asked, 'adapter'> {
  readonly params: Params;
  /** One of many values that are asked for together. */
  readonly isPart?: boolean;
  /** As the caller asked. */
  readonly pass: () => PromiseLike<Result>;
  /** With a signal in the place of the caller's. */
  readonly invoke: (abortSignal: AbortSignal) => PromiseLike<Result>;
}

function identityOf(asked: Asked, policy: Policy): Asking<unknown>['identity'] {
  try {
    return modelIdentity(asked, policy);
  } catch {
    return { bypass: 'unreadable', provider: asked.model.provider }; // a getter, or the user's own `when`, threw
  }
}

/** Brings the calls of models to their cache. */
export class ModelDoor {
  readonly #cache: LlmCache;
  readonly #policy: Policy;

  constructor(options: CachedAiSdkOptions) {
    this.#cache = options.cache ?? defaultCache();
    this.#policy = resolvePolicy(this.#cache.policy, options);
  }

  get isOff(): boolean {
    return this.#policy.mode === 'off';
  }

  async answer<Result extends ModelResult>(call: ModelCall<Result>): Promise<Result> {
    if (this.isOff) return call.pass();
    return (await this.#cache.answer(this.#askingOf(call))).response;
  }

  #askingOf<Result extends ModelResult>(call: ModelCall<Result>): Asking<Result> {
    const { params, isPart, pass, invoke } = call;
    const policy = this.#policy;
    return {
      identity: identityOf({ ...call, adapter: aiSdk }, policy),
      policy,
      isPart,
      signal: params.abortSignal,
      codec: new ModelCodec({ rules: { adapter: aiSdk, admit: policy.admit }, request: params }),
      pass: async () => pass(),
      invoke: async (signal) => invoke(signal),
    };
  }
}
