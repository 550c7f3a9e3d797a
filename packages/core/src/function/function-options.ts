import type { Adapter } from '../adapter/adapter.ts';
import type { LlmCache } from '../cache/llm-cache.ts';
import type { CallOptions } from '../options/options.ts';

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
