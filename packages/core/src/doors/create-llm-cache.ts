import { MemoryStore } from '../effects/memory-store.ts';
import type { Store } from '../effects/store.ts';
import { LlmCache } from '../policy/llm-cache.ts';
import type { CacheOptions } from '../policy/options.ts';
import { DEFAULT_POLICY, resolvePolicy } from '../policy/policy.ts';
import { toBound } from '../words/bound.ts';
import { toPositiveMilliseconds } from '../words/duration.ts';
import { LlmCacheError } from '../words/errors.ts';
import { openStore } from './open-store.ts';

const MEBIBYTE = 1024 * 1024;

/** Every default of a cache, in one place. */
const DEFAULTS = {
  namespace: 'cached-llm',
  maxEntries: 10_000,
  maxBytes: 64 * MEBIBYTE,
  maxEntryBytes: 8 * MEBIBYTE,
  storeTimeout: '250ms',
} as const;

function namespaceOf({ namespace = DEFAULTS.namespace }: CacheOptions): string {
  if (typeof namespace === 'string' && namespace !== '' && namespace.isWellFormed())
    return namespace;
  throw new LlmCacheError(
    'INVALID_OPTION',
    `namespace is ${JSON.stringify(namespace)}. Write a text that names the application.`,
  );
}

function isStore(store: unknown): store is Store {
  const methods = ['get', 'set', 'delete'] as const;
  // Looked at, not trusted: each method is checked to be one.
  return methods.every((name) => typeof (store as Store | null)?.[name] === 'function');
}

function storeOf({ store, ...options }: CacheOptions): Store {
  const bounds = {
    maxEntries: toBound(options.maxEntries, 'maxEntries', DEFAULTS.maxEntries),
    maxBytes: toBound(options.maxBytes, 'maxBytes', DEFAULTS.maxBytes),
    now: options.now,
  };
  if (store === undefined) return new MemoryStore(bounds);
  if (typeof store === 'string') return openStore(store, bounds);
  if (isStore(store)) return store;
  throw new LlmCacheError(
    'UNKNOWN_STORE',
    `store is of type ${typeof store} and has no get, set and delete. Pass a Keyv, an object with get, set and delete, or a URL such as 'sqlite:./llm.db'.`,
  );
}

/**
 * A cache over a store.
 *
 * @throws {LlmCacheError} for an unknown store, a bad duration or bound: at once, and never later.
 */
export function createLlmCache(options: CacheOptions = {}): LlmCache {
  const store = storeOf(options);
  return new LlmCache({
    store,
    isPrivate: store instanceof MemoryStore,
    namespace: namespaceOf(options),
    policy: resolvePolicy(DEFAULT_POLICY, options),
    maxEntryBytes: toBound(options.maxEntryBytes, 'maxEntryBytes', DEFAULTS.maxEntryBytes),
    storeTimeout: toPositiveMilliseconds(
      options.storeTimeout ?? DEFAULTS.storeTimeout,
      'storeTimeout',
    ),
    now: options.now ?? Date.now,
  });
}
