import {
  type Duration,
  describeKind,
  invalidOption,
  type Mode,
  showValue,
} from '../options/index.ts';
import type { CacheOptions } from './cache-options.ts';
import { createLlmCache } from './create-llm-cache.ts';
import type { LlmCache } from './llm-cache.ts';

type Environment = Readonly<Record<string, string | undefined>>;

const ENABLED: ReadonlySet<string> = new Set(['true', '1', 'on', 'yes']);

const DISABLED: ReadonlySet<string> = new Set(['false', '0', 'off', 'no']);

function isEnabled(text: string): boolean {
  const word = text.toLowerCase();
  if (ENABLED.has(word) || DISABLED.has(word)) return ENABLED.has(word);
  return invalidOption('CACHED_LLM_ENABLED', `is ${showValue(text)}`, 'Write true or false.');
}

/**
 * The options that the environment gives to a cache. A duration needs its unit there: `CACHED_LLM_TTL=12h`.
 *
 * @throws {LlmCacheError} `INVALID_OPTION` for `CACHED_LLM_ENABLED`; the other variables are checked by `createLlmCache`.
 */
export function optionsFromEnvironment(environment: Environment): CacheOptions {
  const read = (name: string) => environment[`CACHED_LLM_${name}`] || undefined;
  const bound = (name: string) => (read(name) === undefined ? undefined : Number(read(name)));
  const enabled = read('ENABLED');
  return {
    store: read('STORE'),
    ttl: read('TTL') as Duration | undefined, // createLlmCache refuses what is not one
    namespace: read('NAMESPACE'),
    mode: enabled !== undefined && !isEnabled(enabled) ? 'off' : (read('MODE') as Mode | undefined), // likewise
    // A secret that is set and empty is a mistake that would leave answers unencrypted: it has to be refused.
    secret: environment.CACHED_LLM_SECRET?.trim(),
    secrets: environment.CACHED_LLM_SECRETS?.split(',').map((secret) => secret.trim()),
    maxEntries: bound('MAX_ENTRIES'),
    maxBytes: bound('MAX_BYTES'),
  };
}

let shared: LlmCache | undefined;

/**
 * The cache of this process, which the first call makes from `CACHED_LLM_STORE`, `_TTL`, `_NAMESPACE`,
 * `_ENABLED`, `_MODE`, `_MAX_ENTRIES`, `_MAX_BYTES`, and `_SECRET` or `_SECRETS` (newest first, with commas).
 *
 * @default bounded memory, 7 days
 * @throws {LlmCacheError} for a variable that `createLlmCache` refuses as an option.
 */
export function defaultCache(): LlmCache {
  shared ??= createLlmCache(optionsFromEnvironment(process.env));
  return shared;
}

/** Does it take calls? `instanceof` fails across two copies of this package. */
function isCache(cache: unknown): cache is LlmCache {
  const { pipeline, policy } = cache as Partial<LlmCache>; // read only
  return typeof pipeline?.answer === 'function' && typeof policy === 'object';
}

/**
 * The cache of a wrapped function or client: the one that its options name, else the default one.
 *
 * @throws {LlmCacheError} `INVALID_OPTION` for what is no cache, and what `defaultCache` throws
 */
export function cacheOf({ cache }: { readonly cache?: LlmCache | undefined }): LlmCache {
  if (cache === undefined) return defaultCache();
  if (cache !== null && isCache(cache)) return cache;
  return invalidOption(
    'cache',
    `is ${describeKind(cache)}`,
    'Pass what createLlmCache returns: { cache: createLlmCache({ store }) }.',
  );
}

/**
 * Makes `cache` the default one of this process, for tests and for code that runs at the start. A function or a client
 * that was wrapped before keeps its cache. Returns a function that undoes this.
 */
export function replaceDefaultCache(cache: LlmCache): () => void {
  const before = shared;
  shared = cache;
  return () => {
    shared = before;
  };
}
