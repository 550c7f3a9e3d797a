import type { Adapter } from '../adapter/adapter.ts';
import { defaultAdapter } from '../adapter/default-adapter.ts';
import { defaultCache } from '../cache/default-cache.ts';
import type { LlmCache } from '../cache/llm-cache.ts';
import { type CallIdentity, isFields } from '../key/call-identity.ts';
import { digest } from '../key/digest.ts';
import { identify } from '../key/identify.ts';
import { LlmCacheError } from '../options/errors.ts';
import type { Policy } from '../options/policy.ts';
import type { Bypass } from '../pipeline/call.ts';
import { withoutSignals } from './caller-signal.ts';
import type { AnyFunction, FunctionOptions } from './function-options.ts';

/** A function goes by its own name, a method by its class's, too. */
export type Naming = 'own' | 'of-its-class';

let anonymous = 0;

/** A wrapped function: who it is in the store, and what of its arguments is in the key. */
export class FunctionDefinition {
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
    if (this.cache.isPrivate) return `anonymous-${anonymous}`;
    throw new LlmCacheError(
      'ANONYMOUS_FUNCTION',
      "A function without a name cannot share a store: its answers could be another function's. Name it, or pass { provider: 'my-prompt' }.",
    );
  }
}

function isInstance(owner: unknown): owner is object {
  return typeof owner === 'object' && owner !== null && !isFields(owner);
}
