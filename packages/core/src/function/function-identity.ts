import type { Adapter } from '../adapter/index.ts';
import type { LlmCache } from '../cache/index.ts';
import type { Bypass } from '../events/index.ts';
import { type CallIdentity, digest, identify, isFields } from '../key/index.ts';
import { type CallOptions, LlmCacheError, type Policy } from '../options/index.ts';
import { withoutSignals } from './call-arguments.ts';

export type AnyFunction = (this: never, ...request: never) => unknown;

/** Options of a wrapped function, beside those of each of its calls. */
export interface FunctionOptions<This = never, Arguments extends readonly unknown[] = never>
  extends CallOptions {
  /** Where its answers are stored. @default defaultCache() */
  readonly cache?: LlmCache | undefined;
  /** Describes the provider: what the key leaves out, and which answers are complete. @default the shared rules */
  readonly adapter?: Adapter | undefined;
  /** What the answer depends on, in place of all arguments. `this` is the caller's. @default the arguments */
  readonly key?: ((this: This, ...request: Arguments) => unknown) | undefined;
  /** Which requests to cache. `this` is the caller's. @default all */
  readonly when?: ((this: This, ...request: Arguments) => boolean) | undefined;
  /**
   * Who answers. Functions with the same provider and the same name share their answers.
   * @default the adapter's provider, else the function's name
   */
  readonly provider?: string | undefined;
}

/** A function is known by its own name, and a method also by the class of its `this`. */
export type FunctionKind = 'function' | 'method';

let anonymous = 0;

function nameOfAnonymous({ provider, adapter }: FunctionOptions, cache: LlmCache): string {
  if (provider !== undefined || adapter !== undefined) return 'call';
  anonymous += 1;
  if (cache.isOwnMemory) return `anonymous-${anonymous}`;
  throw new LlmCacheError(
    'ANONYMOUS_FUNCTION',
    "A function without a name cannot share a store, because its answers could be those of another function. Name it, or pass { provider: 'my-prompt' }.",
  );
}

function isInstance(owner: unknown): owner is object {
  return typeof owner === 'object' && owner !== null && !isFields(owner);
}

/** Who a wrapped function is in the store, and which of its arguments are in the key. */
export class FunctionIdentity {
  readonly #options: FunctionOptions;
  readonly #kind: FunctionKind;
  readonly #name: string;
  readonly #code: string | undefined;

  /** @throws {LlmCacheError} `ANONYMOUS_FUNCTION` */
  constructor(
    fn: AnyFunction,
    options: FunctionOptions,
    { cache, kind }: { readonly cache: LlmCache; readonly kind: FunctionKind },
  ) {
    this.#options = options;
    this.#kind = kind;
    this.#name = fn.name || nameOfAnonymous(options, cache);
    // Without these, only its code distinguishes a function from others of the same name.
    const isDistinct = options.version ?? (fn.name && (options.provider ?? options.adapter));
    this.#code = isDistinct ? undefined : digest(String(fn));
  }

  providerOf(owner: unknown): string {
    const { adapter, provider } = this.#options;
    return provider ?? adapter?.provider ?? this.#operationOf(owner);
  }

  /** The identity of one call, or why the call bypasses the cache. The owner is the `this` of the call. */
  identityOf(owner: unknown, given: readonly unknown[], policy: Policy): CallIdentity | Bypass {
    const { adapter, key } = this.#options;
    const provider = this.providerOf(owner);
    const isWanted = policy.when?.apply(owner as never, given as never) ?? true; // the user's own types
    if (!isWanted) return { bypass: 'when', provider };
    const [first, ...others] = withoutSignals(given);
    const request = key === undefined ? first : key.apply(owner as never, given as never); // likewise
    if (isFields(request) && adapter?.isStateful?.(request) === true) {
      return { bypass: 'stateful', provider };
    }
    const further = key === undefined && others.length > 0 ? others : undefined;
    const operation = this.#operationOf(owner);
    return identify({ provider, operation, code: this.#code, adapter, request, further }, policy);
  }

  /** Two classes that inherit one method ask on behalf of different things. */
  #operationOf(owner: unknown): string {
    if (this.#kind === 'function') return this.#name;
    if (typeof owner === 'function') return `${owner.name}.${this.#name}`;
    const className = isInstance(owner) ? owner.constructor.name : undefined;
    return className === undefined ? this.#name : `${className}.${this.#name}`;
  }
}
