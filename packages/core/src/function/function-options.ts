import type { Adapter } from '../adapter/index.ts';
import type { LlmCache } from '../cache/index.ts';
import { isFields } from '../key/index.ts';
import {
  type CallOptions,
  checkOptionNames,
  describeKind,
  invalidOption,
} from '../options/index.ts';

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
  readonly key?: ((this: This, ...request: Arguments) => unknown) | undefined;
  /** Which requests to cache; it may be async. `this` is the caller's. @default all */
  readonly when?:
    | ((this: This, ...request: Arguments) => boolean | PromiseLike<boolean>)
    | undefined;
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
