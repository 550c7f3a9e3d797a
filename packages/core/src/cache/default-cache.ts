import { type Duration, invalidOption, type Mode, showValue } from '../options/index.ts';
import type { CacheOptions } from './cache-options.ts';
import { createLlmCache } from './create-llm-cache.ts';
import type { LlmCache } from './llm-cache.ts';

type Environment = Readonly<Record<string, string | undefined>>;

const ON_OFF: ReadonlyMap<string, boolean> = new Map([
  ['true', true],
  ['1', true],
  ['on', true],
  ['yes', true],
  ['false', false],
  ['0', false],
  ['off', false],
  ['no', false],
]);

function isEnabled(text: string): boolean {
  const enabled = ON_OFF.get(text.toLowerCase());
  if (enabled !== undefined) return enabled;
  return invalidOption('CACHED_LLM_ENABLED', `is ${showValue(text)}`, 'Write true or false.');
}

/** What the environment says of a cache. A duration there needs its unit: `CACHED_LLM_TTL=12h`. */
export function optionsFromEnvironment(environment: Environment): CacheOptions {
  const read = (name: string) => environment[`CACHED_LLM_${name}`] || undefined;
  const bound = (name: string) => (read(name) === undefined ? undefined : Number(read(name)));
  const enabled = read('ENABLED');
  return {
    store: read('STORE'),
    ttl: read('TTL') as Duration | undefined, // createLlmCache refuses what is none
    namespace: read('NAMESPACE'),
    mode: enabled !== undefined && !isEnabled(enabled) ? 'off' : (read('MODE') as Mode | undefined), // likewise
    // Set and empty is a mistake that would leave answers unsealed: it is refused, not passed over.
    secret: environment.CACHED_LLM_SECRET?.trim(),
    secrets: environment.CACHED_LLM_SECRETS?.split(',').map((secret) => secret.trim()),
    maxEntries: bound('MAX_ENTRIES'),
    maxBytes: bound('MAX_BYTES'),
  };
}

let shared: LlmCache | undefined;

/**
 * The cache of this process, made at the first call from `CACHED_LLM_STORE`, `_TTL`, `_NAMESPACE`,
 * `_ENABLED`, `_MODE`, `_MAX_ENTRIES`, `_MAX_BYTES`, and `_SECRET` or `_SECRETS` (newest first, with commas).
 *
 * @default bounded memory, 7 days
 * @throws {LlmCacheError} when a variable cannot be understood.
 */
export function defaultCache(): LlmCache {
  shared ??= createLlmCache(optionsFromEnvironment(process.env));
  return shared;
}

/**
 * Makes `cache` the process's default one, for the doors that are opened from now on: a client or a function keeps
 * the cache it was wrapped with. Returns how to undo it. For tests and for start-up code.
 */
export function replaceDefaultCache(cache: LlmCache): () => void {
  const before = shared;
  shared = cache;
  return () => {
    shared = before;
  };
}
