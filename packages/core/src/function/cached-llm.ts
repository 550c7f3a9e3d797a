import { cacheOf } from '../cache/index.ts';
import { type Duration, LlmCacheError, policyForClient } from '../options/index.ts';
import { callableOf, functionOptionsOf, wrapFunction } from './cached-llm-call.ts';
import { type FunctionOptions, OWN_OPTIONS } from './function-options.ts';

/** A method that may be decorated: one that promises a response, or an async generator. */
type CacheableMethod = (
  this: never,
  ...request: never
) => Promise<unknown> | AsyncGenerator<unknown>;

/** Stands before a method, as a standard (TC39) decorator or as a legacy one. */
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
    `@CachedLLM decorates methods, but this is ${what}. Put it before a method that returns a promise, or wrap a function with cachedLlmCall.`,
  );
}

function cachedMethod(method: Method, options: FunctionOptions): Method {
  const cached = callableOf(wrapFunction(method, options, 'method'));
  // No type shows a `with` beside a generator, so no call can name a scope of its own.
  policyForClient(cacheOf(options).policy, options, OWN_OPTIONS);
  return cached;
}

function isStandard(context: unknown): context is ClassMethodDecoratorContext {
  return typeof context === 'object' && context !== null && 'kind' in context;
}

/**
 * Answers the repeated calls of a method from a store. `this` reaches the method and the option `key`; what else of
 * `this` the answer depends on has to be in the key.
 *
 * @throws {LlmCacheError} `NOT_A_METHOD` before anything but a method, when the class is defined; for a bad option.
 */
export function CachedLLM(options: Duration | FunctionOptions<never, never> = {}): MethodDecorator {
  const given = functionOptionsOf(options as Duration | FunctionOptions); // the decorator relates both to the method
  return ((first: unknown, second: unknown, third?: PropertyDescriptor) => {
    if (isStandard(second)) {
      if (second.kind !== 'method') refuse(`a ${second.kind}`);
      return cachedMethod(first as Method, given); // a standard decorator of a method gets the method
    }
    const method: unknown = third?.value;
    if (typeof method !== 'function') refuse(third === undefined ? 'no method' : 'an accessor');
    return { ...third, value: cachedMethod(method as Method, given) };
  }) as MethodDecorator; // the second argument tells the two standards apart
}
