import { cacheOf } from '../cache/index.ts';
import {
  type CallOptions,
  type Duration,
  describeKind,
  invalidOption,
  policyWith,
} from '../options/index.ts';
import type { CallInfo } from '../pipeline/index.ts';
import {
  answerCall,
  FunctionCall,
  peekCall,
  type WrappedFunction,
  warnUnencodable,
  withOptions,
} from './function-call.ts';
import { FunctionIdentity, type FunctionKind } from './function-identity.ts';
import {
  type AnyFunction,
  checkFunctionOptions,
  type FunctionOptions,
  isCallable,
} from './function-options.ts';

/** A stream comes back as a stream of the same chunks; every other response comes back as it is. */
export type CachedResponse<Response> =
  Response extends AsyncIterable<infer Chunk> ? AsyncIterable<Chunk> : Response;

/** A response, and what became of its request. */
export interface WithInfo<Response> {
  readonly response: Response;
  readonly info: CallInfo;
}

/**
 * A function whose repeated calls are answered from a store. For a function that needs its `this`, the functions beside
 * it are called with `call`: `ask.withInfo.call(service, request)`.
 */
export interface CachedLlmCall<This, Arguments extends readonly unknown[], Response> {
  (this: This, ...request: Arguments): Promise<CachedResponse<Response>>;
  /** The response, and what became of the request. */
  withInfo(...request: Arguments): Promise<WithInfo<CachedResponse<Response>>>;
  /**
   * The same function with other options.
   *
   * @throws {LlmCacheError} for a bad option.
   */
  with(options: CallOptions): CachedLlmCall<This, Arguments, Response>;
  /** The key of this request. `undefined` for a request that bypasses the cache. */
  keyOf(...request: Arguments): string | undefined;
  /** The stored response, without a call or a count. `undefined` where there is none. */
  peek(...request: Arguments): Promise<CachedResponse<Response> | undefined>;
  /** The stored response is not served from now on. Resolves to false where the store could not be written. */
  invalidate(...request: Arguments): Promise<boolean>;
}

type Arguments = readonly unknown[];

/** The function that the user calls, with the functions that stand beside it. */
export function callableOf(wrapped: WrappedFunction): CachedLlmCall<unknown, Arguments, unknown> {
  const { cache } = wrapped;
  async function cached(this: unknown, ...given: Arguments): Promise<unknown> {
    const answer = answerCall(wrapped, this, given);
    // To await an answer that is there already takes as long as to find it.
    return answer instanceof Promise ? (await answer).response : answer.response;
  }
  Object.defineProperty(cached, 'name', { value: wrapped.fn.name });
  // `ask.keyOf(request)` has no owner; `ask.keyOf.call(service, request)` has one.
  const ownerOf = (self: unknown) => (self === cached ? undefined : self);
  const callOf = (self: unknown, given: Arguments) =>
    new FunctionCall(wrapped, ownerOf(self), given);
  return Object.assign(cached, {
    async withInfo(this: unknown, ...given: Arguments) {
      const answer = await answerCall(wrapped, ownerOf(this), given);
      return { response: answer.response, info: await answer.info() };
    },
    with: (options: CallOptions) => callableOf(withOptions(wrapped, options)),
    keyOf(this: unknown, ...given: Arguments) {
      return cache.pipeline.keyOf(callOf(this, given));
    },
    async peek(this: unknown, ...given: Arguments) {
      return peekCall(wrapped, ownerOf(this), given);
    },
    async invalidate(this: unknown, ...given: Arguments) {
      const key = cache.pipeline.keyOf(callOf(this, given));
      return key === undefined || cache.invalidate({ key });
    },
  });
}

/**
 * Brings a function together with its cache.
 *
 * @throws {LlmCacheError} `ANONYMOUS_FUNCTION`, `INVALID_OPTION` or `INVALID_DURATION`
 */
export function wrapFunction(
  fn: AnyFunction,
  options: FunctionOptions,
  kind: FunctionKind,
): WrappedFunction {
  if (!isCallable(fn)) {
    const what = `is ${describeKind(fn)}, which cannot be called`;
    invalidOption('The first argument', what, 'Pass the function that asks the model.');
  }
  checkFunctionOptions(options);
  const cache = cacheOf(options);
  const { adapter } = options;
  const who = new FunctionIdentity(fn, options, { cache, kind });
  const policy = policyWith(cache.policy, options);
  const onUnencodable = (error: unknown) => warnUnencodable(fn, error);
  return { fn, cache, who, policy, rules: { adapter, admit: policy.admit }, onUnencodable };
}

/** A ttl that is given in place of the options. */
export function functionOptionsOf(options: Duration | FunctionOptions): FunctionOptions {
  return typeof options === 'object' && options !== null ? options : { ttl: options };
}

/**
 * Wraps `fn` so that a repeated call is answered from a store: one with the same arguments gets a promise of the same
 * response. What it depends on of its `this` belongs in the option `key`. Without `cache`, the default cache is used.
 *
 * @throws {LlmCacheError} for a bad option, or for an anonymous function on a store that other processes can see.
 */
export function cachedLlmCall<This, Arguments extends readonly unknown[], Response>(
  fn: (this: This, ...request: Arguments) => Response,
  options: Duration | FunctionOptions<This, Arguments> = {},
): CachedLlmCall<This, Arguments, Awaited<Response>> {
  const given = functionOptionsOf(options as Duration | FunctionOptions); // the result has the types
  const cached: unknown = callableOf(wrapFunction(fn, given, 'function'));
  return cached as CachedLlmCall<This, Arguments, Awaited<Response>>; // the types of what it wraps
}
