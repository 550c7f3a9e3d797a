import { defaultCache } from '../cache/index.ts';
import { type Duration, LlmCacheError, policyForClient } from '../options/index.ts';
import { wrapFunction } from './cached-llm-call.ts';
import type { FunctionOptions } from './function-identity.ts';

/** A method that may be decorated: one that promises a response, or an async generator. */
type CacheableMethod = (
  this: never,
  ...request: never
) => Promise<unknown> | AsyncGenerator<unknown>;

/** Takes its place before a method, as a standard (TC39) decorator or as a legacy one. */
export interface MethodDecorator {
  // standard
  <Method extends CacheableMethod>(method: Method, context: ClassMethodDecoratorContext): Method;
  // legacy
  <Method extends CacheableMethod>(
    target: object,
    name: PropertyKey,
    descriptor: TypedPropertyDescriptor<Method>,
  ): TypedPropertyDescriptor<Method>;
}

type Method = (this: unknown, ...request: unknown[]) => unknown;

function refuse(what: string): never {
  throw new LlmCacheError(
    'NOT_A_METHOD',
    `@CachedLLM decorates methods; this is ${what}. Put it before a method that returns a promise, or wrap a function with cachedLlmCall.`,
  );
}

const GeneratorFunction = async function* () {}.constructor;

function cachedMethod(method: Method, options: Duration | FunctionOptions): Method {
  const cached = wrapFunction(method, options, 'of-its-class');
  if (!(method instanceof GeneratorFunction)) return cached;
  // Nothing beside a generator, such as `with`, names a scope for one call.
  const given = typeof options === 'object' ? options : {};
  policyForClient((given.cache ?? defaultCache()).policy, given);
  async function* stream(this: unknown, ...request: unknown[]) {
    yield* (await cached.apply(this, request)) as AsyncIterable<unknown>; // a generator's response is a stream
  }
  return Object.defineProperty(stream, 'name', { value: method.name });
}

function isStandard(context: unknown): context is ClassMethodDecoratorContext {
  return typeof context === 'object' && context !== null && 'kind' in context;
}

/**
 * Answers a method's repeated calls from a store. `this` reaches the method and the `key` option; what
 * else of `this` the answer depends on has to be in the key.
 *
 * @throws {LlmCacheError} `NOT_A_METHOD` before anything but a method, when the class is defined.
 */
export function CachedLLM(options: Duration | FunctionOptions<never, never> = {}): MethodDecorator {
  const given = options as Duration | FunctionOptions; // the decorator's type relates both to the method
  return ((first: unknown, second: unknown, third?: PropertyDescriptor) => {
    if (isStandard(second)) {
      if (second.kind !== 'method') refuse(`a ${second.kind}`);
      return cachedMethod(first as Method, given); // a standard decorator of a method is given it
    }
    const method: unknown = third?.value;
    if (typeof method !== 'function') refuse(third === undefined ? 'no method' : 'an accessor');
    return { ...third, value: cachedMethod(method as Method, given) };
  }) as MethodDecorator; // told apart by the second argument, as both standards promise
}
