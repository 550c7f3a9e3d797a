import type { Policy } from '../options/policy.ts';
import type { Asking } from '../pipeline/call.ts';
import { ValueCodec, type ValueCodecOptions } from '../response/value-codec.ts';
import { callerSignal, withSignal } from './caller-signal.ts';
import type { FunctionDefinition } from './function-definition.ts';
import type { AnyFunction } from './function-options.ts';
import { snapshot } from './snapshot.ts';

/** A function, and what is said of it. */
export interface Wrapping {
  readonly fn: AnyFunction;
  readonly definition: FunctionDefinition;
  readonly policy: Policy;
  readonly rules: ValueCodecOptions['rules'];
}

type Arguments = readonly unknown[];
type Reading = Pick<Asking<unknown>, 'identity' | 'signal'> & { readonly taken: Arguments };

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
export class FunctionCall implements Asking<unknown> {
  readonly identity: Asking<unknown>['identity'];
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
