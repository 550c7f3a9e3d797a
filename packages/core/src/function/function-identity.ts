import { type Adapter, defaultAdapter } from '../adapter/index.ts';
import { defaultCache, type LlmCache } from '../cache/index.ts';
import type { Bypass } from '../events/index.ts';
import { type CallIdentity, digest, identify, isFields } from '../key/index.ts';
import { type CallOptions, LlmCacheError, type Policy } from '../options/index.ts';
import { withoutSignals } from './call-arguments.ts';

export type AnyFunction = (this: never, ...request: never) => unknown;

/** What may be said when a function is wrapped, beside what may be said of any call. */
export interface FunctionOptions<This = never, Arguments extends readonly unknown[] = never>
  extends CallOptions {
  /** @default defaultCache() */
  readonly cache?: LlmCache | undefined;
  /** Describes the provider: what to leave out of the key, which answers are complete. */
  readonly adapter?: Adapter | undefined;
  /** What the answer depends on, in place of all arguments. `this` is the caller's. */
  readonly key?: ((this: This, ...request: Arguments) => unknown) | undefined;
  /** Which requests to cache. `this` is the caller's. @default all */
  readonly when?: ((this: This, ...request: Arguments) => boolean) | undefined;
  /** Who answers. Functions that share a provider and a name share their answers. @default the adapter's, or the function's name */
  readonly provider?: string | undefined;
}

/** A function goes by its own name, a method by its class's, too. */
export type Naming = 'own' | 'of-its-class';

let anonymous = 0;

/** A wrapped function: who it is in the store, and what of its arguments is in the key. */
export class FunctionIdentity {
  readonly cache: LlmCache;
  readonly adapter: Omit<Adapter, 'provider'>;
  readonly #options: FunctionOptions;
  readonly #naming: Naming;
  readonly #name: string;
  readonly #code: string | undefined;

  constructor(fn: AnyFunction, options: FunctionOptions, naming: Naming) {
    this.cache = options.cache ?? defaultCache();
    this.adapter = options.adapter ?? defaultAdapter;
    this.#options = options;
    this.#naming = naming;
    this.#name = fn.name || this.#nameless();
    // A function that says little of itself is told from its namesakes by its code.
    const isTold = options.version ?? (fn.name && (options.provider ?? options.adapter));
    this.#code = isTold ? undefined : digest(String(fn));
  }

  providerOf(owner: unknown): string {
    const { adapter, provider } = this.#options;
    return provider ?? adapter?.provider ?? this.#nameWith(owner);
  }

  identityOf(owner: unknown, given: readonly unknown[], policy: Policy): CallIdentity | Bypass {
    const { adapter, key } = this.#options;
    const who = this.providerOf(owner);
    const isWanted = policy.when?.apply(owner as never, given as never) ?? true; // the user's own types
    if (!isWanted) return { bypass: 'when', provider: who };
    const [first, ...further] = withoutSignals(given);
    const request = key === undefined ? first : key.apply(owner as never, given as never); // likewise
    if (isFields(request) && adapter?.isStateful?.(request) === true) {
      return { bypass: 'stateful', provider: who };
    }
    return identify(
      {
        provider: who,
        operation: this.#nameWith(owner),
        code: this.#code,
        adapter,
        request,
        further: key === undefined && further.length > 0 ? further : undefined,
      },
      policy,
    );
  }

  /** Two classes that inherit one method ask on behalf of different things. */
  #nameWith(owner: unknown): string {
    if (this.#naming === 'own') return this.#name;
    if (typeof owner === 'function') return `${owner.name}.${this.#name}`;
    const className = isInstance(owner) ? owner.constructor.name : undefined;
    return className === undefined ? this.#name : `${className}.${this.#name}`;
  }

  #nameless(): string {
    const isNamed = this.#options.provider ?? this.#options.adapter;
    if (isNamed !== undefined) return 'call';
    anonymous += 1;
    if (this.cache.isOwnMemory) return `anonymous-${anonymous}`;
    throw new LlmCacheError(
      'ANONYMOUS_FUNCTION',
      "A function without a name cannot share a store: its answers could be another function's. Name it, or pass { provider: 'my-prompt' }.",
    );
  }
}

function isInstance(owner: unknown): owner is object {
  return typeof owner === 'object' && owner !== null && !isFields(owner);
}
