import { type CallOptions, type Policy, policyForCall } from '../options/index.ts';
import { type Answer, bypassAnswer, type Call, type EventualAnswer } from '../pipeline/index.ts';
import { ValueCodec, type ValueCodecOptions } from '../response/index.ts';
import { callerSignal, snapshot, withSignal } from './call-arguments.ts';
import type { AnyFunction, FunctionIdentity } from './function-identity.ts';

/** A function, and what is said of it. */
export interface Wrapping {
  readonly fn: AnyFunction;
  readonly definition: FunctionIdentity;
  readonly policy: Policy;
  readonly rules: ValueCodecOptions['rules'];
}

type Arguments = readonly unknown[];

type Reading = Pick<Call<unknown>, 'identity' | 'signal'> & { readonly taken: Arguments };

/** Where reading fails (a getter, the user's own `key` or `when`), the call goes through as it is. */
function read({ definition, policy }: Wrapping, owner: unknown, given: Arguments): Reading {
  try {
    const taken = snapshot(given);
    const identity = definition.identityOf(owner, taken, policy);
    return { identity, signal: callerSignal(taken), taken };
  } catch {
    const provider = definition.providerOf(owner);
    return { identity: { bypass: 'unreadable', provider }, signal: undefined, taken: given };
  }
}

/** One call of a function, as the pipeline takes it. A class, so that a hit makes nothing of what only a miss does. */
class FunctionCall implements Call<unknown> {
  readonly identity: Call<unknown>['identity'];
  readonly policy: Policy;
  readonly signal: AbortSignal | undefined;
  readonly codec: ValueCodec;
  readonly #fn: AnyFunction;
  readonly #owner: unknown;
  readonly #given: Arguments;
  /** The arguments as they were when it was asked for. */
  readonly #taken: Arguments;

  constructor(wrapping: Wrapping, owner: unknown, given: Arguments) {
    const { identity, signal, taken } = read(wrapping, owner, given);
    this.identity = identity;
    this.policy = wrapping.policy;
    this.signal = signal;
    this.codec = new ValueCodec({ rules: wrapping.rules, request: taken[0] });
    this.#fn = wrapping.fn;
    this.#owner = owner;
    this.#given = given;
    this.#taken = taken;
  }

  async invoke(flightSignal: AbortSignal): Promise<unknown> {
    return this.#call(withSignal(this.#taken, this.signal && flightSignal));
  }

  async pass(): Promise<unknown> {
    return this.#call(this.#given);
  }

  #call(given: Arguments): unknown {
    // The types of `this` and of the arguments are those the function was wrapped with.
    return this.#fn.apply(this.#owner as never, given as never);
  }
}

/** Brings the calls of one function to its cache. The owner is the `this` of a call. */
export class WrappedFunction {
  readonly #wrapping: Wrapping;

  constructor({ definition, policy, fn }: Omit<Wrapping, 'rules'>) {
    const rules = { adapter: definition.adapter, admit: policy.admit };
    this.#wrapping = { definition, policy, fn, rules };
  }

  get name(): string {
    return this.#wrapping.fn.name;
  }

  /** The same function under other options. */
  with(options: CallOptions): WrappedFunction {
    const policy = policyForCall(this.#wrapping.policy, options);
    return new WrappedFunction({ ...this.#wrapping, policy });
  }

  async respond(owner: unknown, given: Arguments): Promise<unknown> {
    const answer = this.answer(owner, given);
    // Waiting for what is there already takes as long as finding it.
    return answer instanceof Promise ? (await answer).response : answer.response;
  }

  answer(owner: unknown, given: Arguments): EventualAnswer<unknown> {
    if (this.#isOff) return this.#direct(owner, given);
    return this.#cache.pipeline.answer(new FunctionCall(this.#wrapping, owner, given));
  }

  keyOf(owner: unknown, given: Arguments): string | undefined {
    return this.#cache.pipeline.keyOf(new FunctionCall(this.#wrapping, owner, given));
  }

  async peek(owner: unknown, given: Arguments): Promise<unknown> {
    return this.#isOff
      ? undefined
      : this.#cache.pipeline.peek(new FunctionCall(this.#wrapping, owner, given));
  }

  async invalidate(owner: unknown, given: Arguments): Promise<boolean> {
    const key = this.keyOf(owner, given);
    return key === undefined || this.#cache.invalidate({ key });
  }

  get #cache() {
    return this.#wrapping.definition.cache;
  }

  get #isOff(): boolean {
    return this.#wrapping.policy.mode === 'off';
  }

  /** Off costs nothing: no key, no copy, no event. */
  async #direct(owner: unknown, given: Arguments): Promise<Answer<unknown>> {
    // The types of `this` and of the arguments are those the function was wrapped with.
    return bypassAnswer(await this.#wrapping.fn.apply(owner as never, given as never));
  }
}
