import { BoundedMap, digest } from '../key/index.ts';

/** A function of any type. */
export type AnyFunction = (this: never, ...request: never) => unknown;

/** What the code of a function says about who answers. */
export interface FunctionCode {
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

/** Which function an identity belongs to, of each cache. No function is held in memory by this. */
const owners = new WeakMap<object, BoundedMap<string, WeakRef<AnyFunction> | typeof WARNED>>();

/**
 * Makes the function the owner of an identity in this cache. Is the identity that of another living function? That is
 * said once for each identity, because a function may be made anew for each request.
 */
export function isNamesake(cache: object, identity: string, fn: AnyFunction): boolean {
  const known = owners.get(cache) ?? new BoundedMap(1_000);
  owners.set(cache, known);
  const owner = known.get(identity);
  if (owner === WARNED) return false;
  const other = owner?.deref();
  if (other === fn) return false;
  known.set(identity, other === undefined ? new WeakRef(fn) : WARNED);
  return other !== undefined;
}
