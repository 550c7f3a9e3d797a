import type { LlmCache } from '../cache/index.ts';
import {
  type CallOptions,
  type Policy,
  policyForCall,
  warn,
  whenBypass,
} from '../options/index.ts';
import { bypassAnswer, type Call, type EventualAnswer } from '../pipeline/index.ts';
import { ValueCodec, type ValueCodecOptions } from '../response/index.ts';
import { callerSignal, copyArguments, isPlain, withSignal } from './call-arguments.ts';
import type { FunctionIdentity } from './function-identity.ts';
import type { AnyFunction } from './function-options.ts';

type Arguments = readonly unknown[];

type ScopedFunction = (of: WrappedFunction, owner: unknown, given: Arguments) => WrappedFunction;

/** A function with its cache, and what its calls have in common. */
export interface WrappedFunction {
  readonly fn: AnyFunction;
  readonly cache: LlmCache;
  readonly who: FunctionIdentity;
  readonly policy: Policy;
  readonly rules: ValueCodecOptions['rules'];
  readonly onUnencodable: ValueCodecOptions['onUnencodable'];
  /** The same function in the scope of one call, where that follows from its `this` or its arguments. */
  readonly scoped?: ScopedFunction | undefined;
}

/** The same function with other options. */
export function withOptions(wrapped: WrappedFunction, options: CallOptions): WrappedFunction {
  const policy = policyForCall(wrapped.policy, options);
  return {
    ...wrapped,
    scoped: Object.hasOwn(options, 'scope') ? undefined : wrapped.scoped,
    policy,
    rules: { ...wrapped.rules, admit: policy.admit, ttlOf: policy.ttlOf },
  };
}

/** Calls the function itself. The owner of a call is its `this`. */
function run({ fn }: WrappedFunction, owner: unknown, given: Arguments): unknown {
  return fn.apply(owner as never, given as never); // of the types that the function was wrapped with
}

const warned = new WeakSet<AnyFunction>();

/** A function whose responses are never stored is called, and paid for, each time: its author is told once. */
export function warnUnencodable(fn: AnyFunction, error: unknown): void {
  if (warned.has(fn)) return;
  warned.add(fn);
  const why = error instanceof Error ? error.message : String(error);
  const remedy = 'Return plain fields of it, such as its text, or cache the client of the SDK.';
  warn(`A response of ${fn.name || 'a function'} is not cached. ${why} ${remedy}`);
}

interface ReadCall extends Pick<Call<unknown>, 'identity' | 'signal' | 'bypass'> {
  readonly taken: Arguments;
  /** Is `taken` not a copy yet? */
  readonly isGiven?: true;
}

/** Does more than the key see a request? Functions of the user's may change it or keep it, and an answer may repeat parts of it. */
const isHandedOn = ({ who, policy, rules }: WrappedFunction): boolean =>
  who.hasKey || policy.when !== undefined || rules.adapter?.echoes !== undefined;

/** Where reading fails (in a getter, or in the user's own `key`), the call bypasses the cache. */
function readCall(wrapped: WrappedFunction, owner: unknown, given: Arguments): ReadCall {
  const { who, policy } = wrapped;
  try {
    if (!isHandedOn(wrapped) && isPlain(given)) {
      const identity = who.identityOf(
        { owner, taken: given, signals: [], hidden: undefined },
        policy,
      );
      return { identity, bypass: undefined, signal: undefined, taken: given, isGiven: true };
    }
    const { taken, signals, hidden } = copyArguments(given, who);
    // The predicate is asked first: of a request that it does not want, the option `key` may know nothing.
    const bypass = whenBypass(policy, taken, owner);
    const identity =
      typeof bypass === 'string'
        ? { bypass, provider: who.providerOf(owner) }
        : who.identityOf({ owner, taken, signals, hidden }, policy);
    return { identity, bypass, signal: callerSignal(signals), taken };
  } catch {
    const provider = who.providerOf(owner);
    return { identity: { bypass: 'unreadable', provider }, signal: undefined, taken: given };
  }
}

/** One call of a function, as the pipeline takes it. A class, so that a hit makes nothing of what only a miss needs. */
export class FunctionCall implements Call<unknown>, ValueCodecOptions {
  identity: Call<unknown>['identity'];
  readonly policy: Policy;
  readonly bypass: Call<unknown>['bypass'];
  readonly signal: AbortSignal | undefined;
  readonly codec: ValueCodec;
  readonly #wrapped: WrappedFunction;
  readonly #owner: unknown;
  readonly #given: Arguments;
  /** The arguments as they were when the function was called. */
  #taken: Arguments;
  #isGiven: boolean;

  constructor(of: WrappedFunction, owner: unknown, given: Arguments) {
    const wrapped = of.scoped?.(of, owner, given) ?? of;
    const { identity, bypass, signal, taken, isGiven } = readCall(wrapped, owner, given);
    this.identity = identity;
    this.policy = wrapped.policy;
    this.bypass = bypass;
    this.signal = signal;
    this.codec = new ValueCodec(this);
    this.#wrapped = wrapped;
    this.#owner = owner;
    this.#given = given;
    this.#taken = taken;
    this.#isGiven = isGiven === true;
  }

  get rules(): WrappedFunction['rules'] {
    return this.#wrapped.rules;
  }

  get onUnencodable(): WrappedFunction['onUnencodable'] {
    return this.#wrapped.onUnencodable;
  }

  get request(): unknown {
    return this.#taken[0];
  }

  get timesOutByAbort(): boolean | undefined {
    return this.#wrapped.rules.adapter?.timesOutByAbort;
  }

  /** To copy a long request takes longer than to find its answer in memory, so a hit there makes no copy. */
  keepRequest(): void {
    if (!this.#isGiven) return;
    this.#isGiven = false;
    const { who, policy } = this.#wrapped;
    const copied = copyArguments(this.#given, who);
    this.#taken = copied.taken;
    this.identity = who.identityOf({ owner: this.#owner, ...copied }, policy);
  }

  /** Such calls are paid for each time: their author is told once. */
  onNotCanonical(): Promise<void> | undefined {
    const { fn, who } = this.#wrapped;
    if (warned.has(fn)) return undefined;
    warned.add(fn);
    const asked = { operation: who.operationOf(this.#owner).name, given: this.#given };
    return import('./warnings.ts').then(
      (loaded) => loaded.warnNotCanonical(asked),
      () => {},
    ); // replaced under the process
  }

  /** Where its caller has no signal, the function has no argument for one. */
  get takesSignal(): boolean {
    return this.signal !== undefined;
  }

  async invoke(flightSignal: AbortSignal): Promise<unknown> {
    const { signal } = this;
    const given = withSignal(this.#taken, signal && flightSignal, this.#wrapped.who);
    return run(this.#wrapped, this.#owner, given);
  }

  async invokeUncached(): Promise<unknown> {
    return run(this.#wrapped, this.#owner, this.#given);
  }
}

/** In mode `off` there is no key, no copy and no event, so that it costs nothing. */
export function answerCall(
  wrapped: WrappedFunction,
  owner: unknown,
  given: Arguments,
): EventualAnswer<unknown> {
  if (wrapped.policy.mode === 'off') return runWithoutCache(wrapped, owner, given);
  return wrapped.cache.pipeline.answer(new FunctionCall(wrapped, owner, given));
}

/** The stored response. `undefined` where there is none. */
export async function peekCall(wrapped: WrappedFunction, owner: unknown, given: Arguments) {
  if (wrapped.policy.mode === 'off') return undefined;
  const call = new FunctionCall(wrapped, owner, given);
  call.keepRequest();
  return wrapped.cache.pipeline.peek(call);
}

async function runWithoutCache(wrapped: WrappedFunction, owner: unknown, given: Arguments) {
  return bypassAnswer(await run(wrapped, owner, given), 'off');
}
