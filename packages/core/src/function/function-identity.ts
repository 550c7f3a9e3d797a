import type { LlmCache } from '../cache/index.ts';
import type { Bypass } from '../events/index.ts';
import { type CallIdentity, digest, identify, isFields, isGiven } from '../key/index.ts';
import { isThenable, LlmCacheError, type Policy } from '../options/index.ts';
import { type TakenArguments, withoutSignals } from './call-arguments.ts';
import {
  type AnyFunction,
  codeOf,
  type FunctionOptions,
  isNamesake,
  nextNumber,
  numberOfFunction,
} from './function-options.ts';

/** What a wrapped function is called in the store. */
interface Operation {
  readonly name: string;
  /** The class of which a method is called. Undefined where no class says who answers. */
  readonly owner: object | undefined;
}

/** The operation of a call by its `this`. */
type OperationOf = (self: unknown) => Operation;

/** Where a method was decorated. */
export interface MethodPlace {
  readonly key: PropertyKey;
  /** Does this object of a prototype chain hold the method itself? `value` is what it has under `key`. */
  isHome(holder: object, value: unknown): boolean;
}

/** Where a call looks for the method: the prototype of an instance, or the class of a static method. */
function lookedUpIn(self: unknown): object | undefined {
  if (typeof self === 'function') return self;
  const isInstance = typeof self === 'object' && self !== null && !isFields(self);
  return isInstance ? Object.getPrototypeOf(self) : undefined;
}

/** How many classes override the method between the class it is called of and its own: 1 for `super.ask()`. */
function overridesBetween(start: object, { key, isHome }: MethodPlace): number {
  let overrides = 0;
  for (let at: object | null = start; at !== null; at = Object.getPrototypeOf(at)) {
    const own = Object.getOwnPropertyDescriptor(at, key);
    if (isHome(at, own?.value)) return overrides;
    if (own !== undefined) overrides += 1;
  }
  return 0; // another decorator has replaced it
}

function operationIn(start: object, place: MethodPlace, name: string): Operation {
  const above = 'super.'.repeat(overridesBetween(start, place));
  const isStatic = typeof start === 'function';
  const owner: unknown = isStatic ? start : start.constructor;
  const owning = isStatic ? start.name : String(start.constructor?.name);
  return {
    name: `${owning}.${above}${name}`,
    owner: typeof owner === 'function' ? owner : undefined,
  };
}

/**
 * The operations of a method: its name with the class of its `this`, because two classes that inherit one method ask on
 * behalf of different things. An overridden method, which `super.ask()` calls, is another operation than the one that
 * overrides it.
 */
export function operationsOfMethod(place: MethodPlace, name: string): OperationOf {
  const known = new WeakMap<object, Operation>();
  const withoutClass: Operation = { name, owner: undefined };
  const operationOf = (self: unknown): Operation => {
    const start = lookedUpIn(self);
    if (start === undefined) return withoutClass;
    const operation = known.get(start) ?? operationIn(start, place, name);
    known.set(start, operation);
    return operation;
  };
  return (self) => {
    try {
      return operationOf(self);
    } catch {
      return withoutClass; // a Proxy may throw at each question, which fails no call
    }
  };
}

/** A function as the key has it. */
interface Called {
  readonly name: string;
  /** `undefined`: the user named the function, and says by that which functions share their answers. */
  readonly code: string | undefined;
}

const nameOf = (fn: AnyFunction): string => (typeof fn.name === 'string' ? fn.name : ''); // a class may have its own

/** The code of a function, and of the `key` that says which of its requests are one. */
function digestOf(fn: AnyFunction, key: AnyFunction | undefined): string {
  const own = codeOf(fn).digest;
  return key === undefined ? own : digest(`${own} ${codeOf(key).digest} ${nameOf(key)}`);
}

/** Why nothing says who answers, as the middle of a sentence. */
function silenceOf(fn: AnyFunction, { provider, adapter }: FunctionOptions): string | undefined {
  const isNamed = nameOf(fn) !== '' || provider !== undefined || adapter !== undefined;
  return codeOf(fn).silence ?? (isNamed ? undefined : 'it has no name');
}

function refuseSilent(fn: AnyFunction, silence: string): never {
  const who = nameOf(fn) === '' ? 'A function' : `The function ${JSON.stringify(nameOf(fn))}`;
  throw new LlmCacheError(
    'ANONYMOUS_FUNCTION',
    `${who} cannot share a store, because ${silence}. Its answers could be those of another function. Wrap the function that makes the call itself, or pass { provider: 'my-prompt' } or { name: 'my-prompt' }.`,
  );
}

/** The words of the warning are loaded when they are needed. */
async function warnOfNamesakes(operation: string): Promise<void> {
  (await import('./warnings.ts').catch(() => undefined))?.warnOfNamesakes(operation);
}

/** @throws {LlmCacheError} `ANONYMOUS_FUNCTION` where nothing says who answers, on a store that others can see */
function calledAs(fn: AnyFunction, options: FunctionOptions, cache: LlmCache): Called {
  const { provider, name = provider && nameOf(fn) } = options;
  if (name) return { name, code: undefined };
  const code = digestOf(fn, options.key);
  const silence = silenceOf(fn, options);
  if (silence === undefined) return { name: nameOf(fn) || 'call', code };
  if (cache.isOwnMemory) {
    // A function without a name may be wrapped twice for two purposes, so it does not even share with itself.
    const number = nameOf(fn) === '' ? nextNumber() : numberOfFunction(fn);
    return { name: `${nameOf(fn) || 'anonymous'}-${number}`, code };
  }
  return provider === undefined ? refuseSilent(fn, silence) : { name: 'call', code };
}

/** Deeper than this, a key is taken to say something. */
const MAX_DEPTH = 4;

/** A key that says nothing would give every question one answer. A promise says nothing yet. */
function saysNothing(key: unknown, depth = 0): boolean {
  if (!isGiven(key)) return true;
  if (isThenable(key)) {
    key.then(undefined, () => {}); // nobody else waits for it
    return true;
  }
  if (depth === MAX_DEPTH) return false;
  const parts = Array.isArray(key) ? key : isFields(key) ? Object.values(key) : undefined;
  return parts?.every((part) => saysNothing(part, depth + 1)) ?? false;
}

/** The operations of a function or a method of this name. */
export type Operations = (name: string) => OperationOf;

/** An argument that is undefined at the end is the same as none: a parameter has its default in both cases. */
function withoutTrailing(others: readonly unknown[]): readonly unknown[] | undefined {
  const last = others.findLastIndex((other) => other !== undefined);
  return last < 0 ? undefined : others.slice(0, last + 1);
}

interface OwnedCall extends TakenArguments {
  readonly owner: unknown;
}

/** Who a wrapped function is in the store, and which of its arguments are in the key. */
export class FunctionIdentity {
  readonly #options: FunctionOptions;
  readonly #code: string | undefined;
  /** What it is called in the store. */
  readonly operationOf: OperationOf;
  readonly #owned: { readonly fn: AnyFunction; readonly cache: LlmCache };
  /** The operation of the last call. Only the calls of a method say of which classes it is. */
  #operation: Operation | undefined;

  /**
   * @param operations those of a method, by its name
   * @throws {LlmCacheError} `ANONYMOUS_FUNCTION`
   */
  constructor(
    fn: AnyFunction,
    options: FunctionOptions,
    {
      cache,
      operations,
    }: { readonly cache: LlmCache; readonly operations: Operations | undefined },
  ) {
    const { name, code } = calledAs(fn, options, cache);
    this.#options = options;
    this.#code = code;
    this.#owned = { fn, cache };
    const own = { name, owner: undefined };
    this.operationOf = operations?.(name) ?? (() => own);
    if (operations === undefined) this.#own(own);
  }

  /** Has the user said what of a request is in the key? */
  get hasKey(): boolean {
    return this.#options.key !== undefined;
  }

  providerOf(owner: unknown): string {
    const { adapter, provider } = this.#options;
    return provider ?? adapter?.provider ?? this.operationOf(owner).name;
  }

  /** The identity of one call, or why the call bypasses the cache. The owner is the `this` of the call. */
  identityOf(call: OwnedCall, policy: Policy): CallIdentity | Bypass {
    const { owner, taken, hidden } = call;
    const { adapter, key } = this.#options;
    const provider = this.providerOf(owner);
    if (key === undefined && hidden)
      return { bypass: 'not-canonical', provider, field: hidden.path };
    const [first, ...others] = withoutSignals(call);
    const request = key === undefined ? first : key.apply(owner as never, taken as never); // the user's own types
    if (key !== undefined && saysNothing(request)) return { bypass: 'no-key', provider };
    if (isFields(request) && adapter?.isStateful?.(request) === true) {
      return { bypass: 'stateful', provider };
    }
    const further = key === undefined && others.length > 0 ? withoutTrailing(others) : undefined;
    const operation = this.operationOf(owner);
    if (operation !== this.#operation) this.#own(operation);
    return identify(
      { provider, operation: operation.name, code: this.#code, adapter, request, further },
      policy,
    );
  }

  /** Two functions that close over different things can have one name and one code, and so can two classes. The user alone can tell. */
  #own(operation: Operation): void {
    this.#operation = operation;
    const { name, key, provider, adapter } = this.#options;
    if (name !== undefined || key !== undefined) return; // the user says which requests are one
    const { fn, cache } = this.#owned;
    const who = provider ?? adapter?.provider ?? '';
    const identity = `${who} ${operation.name} ${this.#code ?? ''}`;
    if (isNamesake(cache, identity, operation.owner ?? fn)) void warnOfNamesakes(operation.name);
  }
}
