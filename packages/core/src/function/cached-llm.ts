import { cacheOf } from '../cache/index.ts';
import { BoundedMap } from '../key/index.ts';
import { type Duration, isThenable, LlmCacheError, policyForClient } from '../options/index.ts';
import { callableOf, functionOptionsOf, wrapFunction } from './cached-llm-call.ts';
import { type WrappedFunction, withOptions } from './function-call.ts';
import { type MethodPlace, operationsOfMethod } from './function-identity.ts';
import { type FunctionOptions, type OptionFunction, OWN_OPTIONS } from './function-options.ts';

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

/** Options of a cached method, in which `this` is that of each call. */
export interface MethodOptions extends Omit<FunctionOptions<never, never>, 'scope'> {
  /**
   * Whose answers these are: a tenant, a user. Part of the key. A function gets the arguments of a call, and a call for
   * which it returns no text, or throws, bypasses the cache (`no-scope`). @default ''
   */
  readonly scope?: string | OptionFunction<never, never, string | null | undefined> | undefined;
}

type Method = (this: unknown, ...request: unknown[]) => unknown;

function refuse(what: string): never {
  throw new LlmCacheError(
    'NOT_A_METHOD',
    `@CachedLLM decorates methods, but this is ${what}. Write @CachedLLM() before a method that returns a promise, or wrap a function with cachedLlmCall.`,
  );
}

/** These are of the function alone. The functions beside a cached one stay, too. */
const NOT_CARRIED: ReadonlySet<PropertyKey> = new Set(['prototype', 'arguments', 'caller']);

/** Frameworks write onto a method what they know of it: its own `name` and `length` are of this kind. */
function carryFields(method: Method, cached: Method): void {
  for (const name of Reflect.ownKeys(method)) {
    const isOwn = NOT_CARRIED.has(name) || Object.hasOwn(cached, name);
    if (isOwn && name !== 'name' && name !== 'length') continue;
    Object.defineProperty(cached, name, Object.getOwnPropertyDescriptor(method, name) ?? {});
  }
}

/** What `reflect-metadata`, where it is installed, adds to `Reflect`. */
interface MetadataReflect {
  getOwnMetadataKeys(target: object): readonly unknown[];
  getOwnMetadata(key: unknown, target: object): unknown;
  defineMetadata(key: unknown, value: unknown, target: object): void;
}

function hasMetadata(reflect: object): reflect is MetadataReflect {
  const { getOwnMetadataKeys, getOwnMetadata, defineMetadata } =
    reflect as Partial<MetadataReflect>;
  return [getOwnMetadataKeys, getOwnMetadata, defineMetadata].every(
    (each) => typeof each === 'function',
  );
}

/**
 * A decorator below has written to the method, and one above writes to the cached method. NestJS looks at the latter for
 * the route with its guards, pipes and interceptors: without them there is no route.
 */
function carryMetadata(method: Method, cached: Method): void {
  const reflect: object = Reflect;
  if (!hasMetadata(reflect)) return;
  for (const key of reflect.getOwnMetadataKeys(method)) {
    reflect.defineMetadata(key, reflect.getOwnMetadata(key, method), cached);
  }
}

/** So many tenants have their options at hand. */
const MAX_SCOPES = 1_000;

/** The scope of a call. Empty where nothing says whose answers these are: such a call bypasses the cache. */
function scopeFor(scopeOf: Method, owner: unknown, given: readonly unknown[]): string {
  try {
    const scope = scopeOf.apply(owner, [...given]);
    if (isThenable(scope)) scope.then(undefined, () => {}); // nobody else waits for it
    return typeof scope === 'string' ? scope : '';
  } catch {
    return '';
  }
}

/** The method in the scope of each call. Calls that have none share no answers, whatever the cache requires. */
function scopedBy(scopeOf: Method, wrapped: WrappedFunction): WrappedFunction {
  const scopes = new WeakMap<WrappedFunction, BoundedMap<string, WrappedFunction>>();
  return {
    ...wrapped,
    policy: { ...wrapped.policy, scope: '', requireScope: true },
    scoped: (of, owner, given) => {
      const scope = scopeFor(scopeOf, owner, given);
      const known = scopes.get(of) ?? new BoundedMap(MAX_SCOPES);
      const scoped = known.get(scope) ?? withOptions(of, { scope });
      scopes.set(of, known.set(scope, scoped));
      return scoped;
    },
  };
}

function wrapMethod(method: Method, options: MethodOptions, place: MethodPlace): WrappedFunction {
  const operations = (name: string) => operationsOfMethod(place, name);
  const { scope, ...others } = options;
  if (typeof scope === 'function') {
    const unscoped = wrapFunction(method, others as FunctionOptions, operations); // as `CachedLLM` takes them
    return scopedBy(scope as Method, unscoped); // likewise
  }
  const given = { ...others, scope } as FunctionOptions; // likewise
  // No type shows a `with` beside a generator, so no call can name a scope of its own.
  policyForClient(cacheOf(given).policy, given, OWN_OPTIONS);
  return wrapFunction(method, given, operations);
}

function cachedMethod(method: Method, options: MethodOptions, place: MethodPlace): Method {
  const cached = callableOf(wrapMethod(method, options, place));
  carryFields(method, cached);
  carryMetadata(method, cached);
  return cached;
}

function standardMethod(
  method: Method,
  options: MethodOptions,
  { kind, name }: DecoratorContext,
): Method {
  if (kind !== 'method') refuse(`a ${kind}`);
  const isHome = (_holder: object, value: unknown) => value === cached;
  const cached = cachedMethod(method, options, { key: name, isHome });
  return cached;
}

function isStandard(context: unknown): context is DecoratorContext {
  return typeof context === 'object' && context !== null && 'kind' in context;
}

/**
 * Answers the repeated calls of a method from a store. `this` reaches the method and the options `key` and `scope`; what
 * else of `this` the answer depends on has to be in the key.
 *
 * @throws {LlmCacheError} `NOT_A_METHOD` before anything but a method, when the class is defined; for a bad option.
 */
export function CachedLLM(options: Duration | MethodOptions = {}): MethodDecorator {
  const given: MethodOptions = functionOptionsOf(options as Duration | FunctionOptions); // it looks at nothing of them
  return ((first: unknown, second: unknown, third?: PropertyDescriptor) => {
    if (isStandard(second)) return standardMethod(first as Method, given, second); // it gets the method
    const method: unknown = third?.value;
    if (typeof method !== 'function') refuse(third === undefined ? 'no method' : 'an accessor');
    const place = { key: second as PropertyKey, isHome: (holder: object) => holder === first }; // it gets where the method is
    return { ...third, value: cachedMethod(method as Method, given, place) };
  }) as MethodDecorator; // the second argument tells the two standards apart
}
