import type { Asking } from '../policy/call.ts';
import type { Policy } from '../policy/policy.ts';
import { ValueCodec, type ValueCodecOptions } from '../policy/value-codec.ts';
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
type Reading = Pick<Asking<unknown>, 'identity' | 'signal'> & { readonly request: Arguments };

/** Where reading fails (a getter, the user's own `key` or `when`), the call goes through as it is. */
function read({ definition, policy }: Wrapping, owner: unknown, given: Arguments): Reading {
  try {
    const request = snapshot(given);
    const identity = definition.identityOf(owner, request, policy);
    return { identity, signal: callerSignal(request), request };
  } catch {
    const provider = definition.providerOf(owner);
    return { identity: { bypass: 'unreadable', provider }, request: given };
  }
}

/** One call of the function, as the pipeline takes it. */
export function askingOf(wrapping: Wrapping, owner: unknown, given: Arguments): Asking<unknown> {
  const { fn, policy, rules } = wrapping;
  const { identity, signal, request } = read(wrapping, owner, given);
  // The types of `this` and of the arguments are those the function was wrapped with.
  const call = async (taken: Arguments) => fn.apply(owner as never, taken as never);
  return {
    identity,
    policy,
    signal,
    codec: new ValueCodec({ rules, request: request[0] }),
    pass: () => call(given),
    invoke: (flightSignal) => call(withSignal(request, signal && flightSignal)),
  };
}
