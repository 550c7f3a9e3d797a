import type { Adapter } from '../adapter/index.ts';
import type { LlmCache } from '../cache/index.ts';
import { BoundedMap, digest, isFields } from '../key/index.ts';
import {
  type CallOptions,
  checkOptionNames,
  describeKind,
  invalidOption,
} from '../options/index.ts';

/** A function of any type. */
export type AnyFunction = (this: never, ...request: never) => unknown;

/** What the code of a function says about who answers. */
interface FunctionCode {
  readonly digest: string;
  /** Why the code says nothing about who answers, as the middle of a sentence. `undefined`: it says it. */
  readonly silence: string | undefined;
}

const textOfFunction = Function.prototype.toString; // a function may have a `toString` of its own

/** No function that is written in JavaScript has such a body: it would be a syntax error. */
const NATIVE = /\{\s*\[native code\]\s*\}$/;

const HEAD = /^(?:async\b\s*)?(?:function\b\s*)?\*?\s*[\w$#]*\s*\(([^()]*)\)/;

const REST_PARAMETER = /\.\.\.\s*([\w$]+)\s*$/;

/** A name that stands alone among the arguments of a call: `fn(...args)`, `fn.apply(this, args)`, `run(fn, args)`. */
const PASSED_ON = /[(,]\s*(?:\.\.\.\s*)?([\w$]+)(?=\s*[,)])/g;

/** TypeScript and esbuild give `arguments` to a helper, with the whole code of the function beside it. */
const ARGUMENTS =
  /[(,]\s*(?:\.\.\.\s*)?arguments\s*\)|(?<![\w$.])arguments(?:\[|\.length\b)|=\s*arguments\b/;

const MAX_SHORT_CALL = 120;

/** `(a)=>b(a)`: minified code whose names say nothing. */
const SHORT_CALL =
  /^(?:async\b\s*)?(?:function\b\s*\*?\s*[\w$]*\s*)?\(?([\w$,\s]*)\)?\s*(?:=>)?\s*\{?\s*(?:return\b\s*)?(?:await\b\s*)?[\w$]{1,2}\(([\w$,\s]*)\)\s*;?\s*\}?$/;

function passesOnRest(text: string): boolean {
  const head = HEAD.exec(text);
  const rest = REST_PARAMETER.exec(head?.[1] ?? '')?.[1];
  if (head === null || rest === undefined) return false;
  const body = text.slice(head[0].length);
  return [...body.matchAll(PASSED_ON)].some(([, name]) => name === rest);
}

function isShortCall(text: string): boolean {
  if (text.length > MAX_SHORT_CALL) return false;
  const [, parameters, given] = SHORT_CALL.exec(text) ?? [];
  return parameters !== undefined && parameters.replace(/\s/g, '') === given?.replace(/\s/g, '');
}

const isWrapper = (text: string): boolean =>
  passesOnRest(text) || ARGUMENTS.test(text) || isShortCall(text);

function silenceOf(text: string): string | undefined {
  if (NATIVE.test(text)) return 'its code cannot be read: it is bound, a Proxy or native';
  if (isWrapper(text)) return 'its code only passes its arguments on to another function';
  return undefined;
}

/** A function is often made anew for each request, with the same code. */
const known = new BoundedMap<string, FunctionCode>(500);

/** The code of a function. A Proxy and a bound function have none of their own. */
export function codeOf(fn: AnyFunction): FunctionCode {
  const text = textOfFunction.call(fn);
  const before = known.get(text);
  if (before !== undefined) return before;
  const code = { digest: digest(text), silence: silenceOf(text) };
  known.set(text, code);
  return code;
}

/** A class is a function that cannot be called. */
export function isCallable(value: unknown): value is AnyFunction {
  return typeof value === 'function' && !/^class\b/.test(textOfFunction.call(value));
}

const numbers = new WeakMap<AnyFunction, number>();

let lastNumber = 0;

/** A number that no other function of this process has. */
export function nextNumber(): number {
  lastNumber += 1;
  return lastNumber;
}

/** The number of this very function object. */
export function numberOfFunction(fn: AnyFunction): number {
  const number = numbers.get(fn) ?? nextNumber();
  numbers.set(fn, number);
  return number;
}

const WARNED = 'warned';

/** Which function an identity belongs to, or which class if it is a method's, of each cache. None is held in memory by this. */
const owners = new WeakMap<object, BoundedMap<string, WeakRef<object> | typeof WARNED>>();

/**
 * Makes the function, or the class of a method, the owner of an identity in this cache. Is the identity that of another
 * living one? That is said once for each identity, because a function may be made anew for each request.
 */
export function isNamesake(cache: object, identity: string, fn: object): boolean {
  const known = owners.get(cache) ?? new BoundedMap(1_000);
  owners.set(cache, known);
  const owner = known.get(identity);
  if (owner === WARNED) return false;
  const other = owner?.deref();
  if (other === fn) return false;
  known.set(identity, other === undefined ? new WeakRef(fn) : WARNED);
  return other !== undefined;
}

/** A function that options take. Those which are for any function, such as a `CallOptions`, are also for this one. */
export type OptionFunction<This, Arguments extends readonly unknown[], Returned> = {
  // A method, because TypeScript compares the arguments of methods in both directions.
  method(this: This, ...request: Arguments): Returned;
}['method'];

/** Options of a wrapped function, beside those of each of its calls. */
export interface FunctionOptions<This = never, Arguments extends readonly unknown[] = never>
  extends CallOptions {
  /** Where its answers are stored. @default defaultCache() */
  readonly cache?: LlmCache | undefined;
  /** Describes the provider: what the key leaves out, and which answers are complete. @default the shared rules */
  readonly adapter?: Adapter | undefined;
  /**
   * What the answer depends on, in place of all arguments. `this` is the caller's. A call for which it returns nothing
   * (undefined, null, a promise, or an object or array that holds nothing else) bypasses the cache. @default the arguments
   */
  readonly key?: OptionFunction<This, Arguments, unknown> | undefined;
  /** Which requests to cache; it may be async. `this` is the caller's. @default all */
  readonly when?: OptionFunction<This, Arguments, boolean | PromiseLike<boolean>> | undefined;
  /**
   * Who answers. Functions with the same provider and the same name share their answers, whatever their code is.
   * @default the adapter's provider, else the function's name
   */
  readonly provider?: string | undefined;
  /**
   * What is asked of it, such as `'summarise'`. Functions with the same name here (and the same provider) share their
   * answers on purpose, whatever their code is. @default the function's own name, and a digest of its code
   */
  readonly name?: string | undefined;
}

/** The options of a function that are no options of a call. */
export const OWN_OPTIONS: readonly string[] = ['cache', 'adapter', 'key', 'provider', 'name'];

function checkText(option: 'provider' | 'name', given: unknown): void {
  if (given === undefined || (typeof given === 'string' && given !== '')) return;
  const what = given === '' ? 'is empty' : `is ${describeKind(given)}`;
  invalidOption(option, what, "Write a text, such as 'my-prompt'.");
}

function isAdapter(given: unknown): given is Adapter {
  const { provider, ignore, rejects, stream } = given as Partial<Adapter>; // read only
  const isStreamKnown = typeof stream?.ends === 'function' && typeof stream.assemble === 'function';
  const isNamed = typeof provider === 'string' && provider !== '';
  return isNamed && Array.isArray(ignore) && typeof rejects === 'function' && isStreamKnown;
}

/**
 * Refuses what can be seen to be wrong before a call.
 *
 * @throws {LlmCacheError} `INVALID_OPTION`
 */
export function checkFunctionOptions(options: FunctionOptions): void {
  checkOptionNames(options, OWN_OPTIONS);
  const { adapter, key, provider, name } = options;
  checkText('provider', provider);
  checkText('name', name);
  if (key !== undefined && typeof key !== 'function') {
    const remedy = 'Write a function of the request that returns what the answer depends on.';
    invalidOption('key', `is ${describeKind(key)}`, remedy);
  }
  if (adapter !== undefined && !(isFields(adapter) && isAdapter(adapter))) {
    const what = `is ${describeKind(adapter)} without what an adapter has`;
    invalidOption('adapter', what, 'Pass what a provider package exports, such as openai.');
  }
}
