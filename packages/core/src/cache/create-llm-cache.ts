import { encryptionsFrom } from '../entry/index.ts';
import { isLogger } from '../events/index.ts';
import { MemoryStore } from '../memory/index.ts';
import {
  DEFAULT_POLICY,
  LlmCacheError,
  policyWith,
  toPositiveMilliseconds,
  toWholeNumber,
} from '../options/index.ts';
import type { Store } from '../store/index.ts';
import type { CacheOptions } from './cache-options.ts';
import { LlmCache } from './llm-cache.ts';
import { storesOf } from './open-store.ts';

const KIBIBYTE = 1024;

const MEBIBYTE = 1024 * KIBIBYTE;

/** Every default of a cache, in one place. */
const DEFAULTS = {
  namespace: 'cached-llm',
  maxEntryBytes: 8 * MEBIBYTE,
  compressFrom: 8 * KIBIBYTE, // by measure: 20 µs of a hit, and 40 to 97 % of the row less
  storeTimeout: '250ms',
  lease: '5s',
  ledger: '10s',
} as const;

function namespaceOf({ namespace = DEFAULTS.namespace }: CacheOptions): string {
  if (typeof namespace === 'string' && namespace !== '' && namespace.isWellFormed())
    return namespace;
  throw new LlmCacheError(
    'INVALID_OPTION',
    `namespace is ${JSON.stringify(namespace)}. Write a text that names the application.`,
  );
}

function compressFromOf({ compress = false }: CacheOptions): number {
  if (typeof compress === 'number')
    return toWholeNumber(compress, 'compress', DEFAULTS.compressFrom);
  if (typeof compress === 'boolean')
    return compress ? DEFAULTS.compressFrom : Number.POSITIVE_INFINITY;
  throw new LlmCacheError(
    'INVALID_OPTION',
    `compress is ${typeof compress}. Write true, false, or from how many bytes on.`,
  );
}

function leaseOf({ lease }: CacheOptions, { leases }: Store): number | undefined {
  if (lease === false) return undefined;
  if (leases === undefined && lease !== undefined) {
    throw new LlmCacheError(
      'INVALID_OPTION',
      'lease is set, and the store has none: its processes cannot tell each other who calls. Use sqliteStore() or redisStore(), or leave lease out.',
    );
  }
  return leases && toPositiveMilliseconds(lease ?? DEFAULTS.lease, 'lease');
}

function bookkeepingOf({ ledger = DEFAULTS.ledger, logger, priceOf }: CacheOptions) {
  const remedy = 'Pass console, a pino logger, or an object with debug, info and warn.';
  if (logger !== undefined && !isLogger(logger)) refuse(`logger is ${typeof logger}. ${remedy}`);
  if (priceOf !== undefined && typeof priceOf !== 'function')
    refuse(`priceOf is ${typeof priceOf}. Write a function of usage that gives US dollars.`);
  const interval = ledger === false ? undefined : toPositiveMilliseconds(ledger, 'ledger');
  return { ledger: interval, logger, priceOf };
}

function refuse(message: string): never {
  throw new LlmCacheError('INVALID_OPTION', message);
}

/**
 * A cache over a store.
 *
 * @throws {LlmCacheError} for an unknown store, a bad duration or bound: at once, and never later.
 */
export function createLlmCache(options: CacheOptions = {}): LlmCache {
  const { store, l1 } = storesOf(options);
  return new LlmCache({
    store,
    l1,
    isOwnMemory: store instanceof MemoryStore,
    namespace: namespaceOf(options),
    policy: policyWith(DEFAULT_POLICY, options),
    maxEntryBytes: toWholeNumber(options.maxEntryBytes, 'maxEntryBytes', DEFAULTS.maxEntryBytes),
    storeTimeout: toPositiveMilliseconds(
      options.storeTimeout ?? DEFAULTS.storeTimeout,
      'storeTimeout',
    ),
    compressFrom: compressFromOf(options),
    encryptions: encryptionsFrom(options),
    lease: leaseOf(options, store),
    ...bookkeepingOf(options),
    now: options.now ?? Date.now,
  });
}
