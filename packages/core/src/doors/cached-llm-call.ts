import type { Asking, CallInfo } from '../policy/call.ts';
import type { CallOptions } from '../policy/options.ts';
import { type Policy, resolvePolicy } from '../policy/policy.ts';
import { ValueCodec } from '../policy/value-codec.ts';
import type { Duration } from '../words/duration.ts';
import { callerSignal, withSignal } from './caller-signal.ts';
import {
  type AnyFunction,
  FunctionDefinition,
  type FunctionOptions,
} from './function-definition.ts';

/** A stream comes back as a stream of the same chunks; anything else as it is. */
export type CachedResponse<Response> =
  Response extends AsyncIterable<infer Chunk> ? AsyncIterable<Chunk> : Response;

export interface WithInfo<Response> {
  readonly response: Response;
  readonly info: CallInfo;
}

/** A function whose repeated calls are answered from a store. */
export interface CachedLlmCall<This, Arguments extends readonly unknown[], Response> {
  (this: This, ...request: Arguments): Promise<CachedResponse<Response>>;
  /** The response, and what became of the request. */
  withInfo(...request: Arguments): Promise<WithInfo<CachedResponse<Response>>>;
  /** The same function under other options. */
  with(options: CallOptions): CachedLlmCall<This, Arguments, Response>;
  /** The key of this request; nothing for one that goes past the cache. */
  keyOf(...request: Arguments): string | undefined;
  /** The stored response, without a call or a count; nothing where there is none. */
  peek(...request: Arguments): Promise<CachedResponse<Response> | undefined>;
  /** The stored response answers nobody from now on. False when the store could not be told. */
  invalidate(...request: Arguments): Promise<boolean>;
}

interface Wrapping {
  readonly fn: AnyFunction;
  readonly definition: FunctionDefinition;
  readonly policy: Policy;
}

function askingOf(wrapping: Wrapping, owner: unknown, given: readonly unknown[]): Asking<unknown> {
  const { fn, definition, policy } = wrapping;
  const signal = callerSignal(given);
  return {
    identity: definition.identityOf(owner, given, policy),
    policy,
    signal,
    codec: new ValueCodec({
      rules: { adapter: definition.adapter, admit: policy.admit },
      request: given[0],
    }),
    // The types of `this` and of the arguments are those the function was wrapped with.
    invoke: async (flightSignal) =>
      fn.apply(owner as never, withSignal(given, signal && flightSignal) as never),
  };
}

function wrap(wrapping: Wrapping): CachedLlmCall<unknown, readonly unknown[], unknown> {
  const { fn, definition, policy } = wrapping;
  const { cache } = definition;
  const asking = (given: readonly unknown[]) => askingOf(wrapping, undefined, given);
  async function cached(this: unknown, ...given: readonly unknown[]): Promise<unknown> {
    if (policy.mode === 'off') return fn.apply(this as never, given as never); // as wrapped
    return (await cache.answer(askingOf(wrapping, this, given))).response;
  }
  Object.defineProperty(cached, 'name', { value: fn.name });
  return Object.assign(cached, {
    withInfo: async (...given: readonly unknown[]) => {
      const answer = await cache.answer(asking(given));
      return { response: answer.response, info: await answer.info() };
    },
    with: (options: CallOptions) => wrap({ ...wrapping, policy: resolvePolicy(policy, options) }),
    keyOf: (...given: readonly unknown[]) => cache.keyOfCall(asking(given)),
    peek: (...given: readonly unknown[]) => cache.peek(asking(given)),
    invalidate: async (...given: readonly unknown[]) => {
      const key = cache.keyOfCall(asking(given));
      return key === undefined || cache.invalidate({ key });
    },
  });
}

/**
 * Wraps `fn` so that a repeated call is answered from a store: same arguments, same `this`, a promise of
 * the same response. Where all that is said is a ttl, the process's default cache is used.
 *
 * @throws {LlmCacheError} for a bad option, or an anonymous function on a store that others can see.
 */
export function cachedLlmCall<This, Arguments extends readonly unknown[], Response>(
  fn: (this: This, ...request: Arguments) => Response,
  options: Duration | FunctionOptions<This, Arguments> = {},
): CachedLlmCall<This, Arguments, Awaited<Response>> {
  const given = typeof options === 'object' ? options : { ttl: options };
  const definition = new FunctionDefinition(fn, fn.name, given as FunctionOptions); // types are kept by the result
  const policy = resolvePolicy(definition.cache.policy, given);
  const cached: unknown = wrap({ fn, definition, policy });
  return cached as CachedLlmCall<This, Arguments, Awaited<Response>>; // what it wraps says so
}
