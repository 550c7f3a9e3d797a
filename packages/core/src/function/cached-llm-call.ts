import { type CallOptions, type Duration, policyWith } from '../options/index.ts';
import type { CallInfo } from '../pipeline/index.ts';
import { WrappedFunction } from './function-call.ts';
import {
  type AnyFunction,
  FunctionIdentity,
  type FunctionOptions,
  type Naming,
} from './function-identity.ts';

/** A stream comes back as a stream of the same chunks; anything else as it is. */
export type CachedResponse<Response> =
  Response extends AsyncIterable<infer Chunk> ? AsyncIterable<Chunk> : Response;

export interface WithInfo<Response> {
  readonly response: Response;
  readonly info: CallInfo;
}

/**
 * A function whose repeated calls are answered from a store. What stands beside it takes the `this` of a
 * function that needs one by `call`: `ask.withInfo.call(service, request)`.
 */
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

type Arguments = readonly unknown[];

function wrap(door: WrappedFunction): CachedLlmCall<unknown, Arguments, unknown> {
  function cached(this: unknown, ...given: Arguments): Promise<unknown> {
    return door.respond(this, given);
  }
  // `ask.keyOf(request)` has no owner, `ask.keyOf.call(service, request)` has one.
  const ownerOf = (self: unknown) => (self === cached ? undefined : self);
  Object.defineProperty(cached, 'name', { value: door.name });
  return Object.assign(cached, {
    async withInfo(this: unknown, ...given: Arguments) {
      const answer = await door.answer(ownerOf(this), given);
      return { response: answer.response, info: await answer.info() };
    },
    with: (options: CallOptions) => wrap(door.with(options)),
    keyOf(this: unknown, ...given: Arguments) {
      return door.keyOf(ownerOf(this), given);
    },
    peek(this: unknown, ...given: Arguments) {
      return door.peek(ownerOf(this), given);
    },
    invalidate(this: unknown, ...given: Arguments) {
      return door.invalidate(ownerOf(this), given);
    },
  });
}

/** What both doors for functions do. */
export function wrapFunction(
  fn: AnyFunction,
  options: Duration | FunctionOptions,
  naming: Naming,
): CachedLlmCall<unknown, Arguments, unknown> {
  const isOptions = typeof options === 'object' && options !== null;
  const given = isOptions ? options : { ttl: options };
  const definition = new FunctionIdentity(fn, given, naming);
  const policy = policyWith(definition.cache.policy, given);
  return wrap(new WrappedFunction({ fn, definition, policy }));
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
  const cached: unknown = wrapFunction(fn, options as Duration | FunctionOptions, 'own'); // types are kept by the result
  return cached as CachedLlmCall<This, Arguments, Awaited<Response>>; // what it wraps says so
}
