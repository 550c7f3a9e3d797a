import { encryptionsFrom } from '../entry/index.ts';
import { isLogger } from '../events/index.ts';
import { MemoryStore } from '../memory/index.ts';
import {
  CACHE_OPTIONS,
  checkOptionNames,
  DEFAULT_POLICY,
  type Duration,
  describeKind,
  invalidOption,
  LlmCacheError,
  type Mode,
  policyWith,
  showValue,
  systemClock,
  toPositiveMilliseconds,
  toWholeNumber,
} from '../options/index.ts';
import type { Store } from '../store/index.ts';
import type { CacheOptions } from './cache-options.ts';
import { LlmCache } from './llm-cache.ts';
import { storesOf } from './open-store.ts';

type Environment = Readonly<Record<string, string | undefined>>;

const ON = /^(true|1|on|yes)$/i;
const OFF = /^(false|0|off|no)$/i;

/** Undefined where the variable is not set. */
function isOn(environment: Environment, name: string): boolean | undefined {
  const text = environment[name];
  if (!text) return undefined;
  if (ON.test(text) || OFF.test(text)) return ON.test(text);
  return invalidOption(name, `is ${showValue(text)}`, 'Write true or false.');
}

/**
 * The options that the environment gives to a cache. A duration needs its unit there: `CACHED_LLM_TTL=12h`.
 *
 * @throws {LlmCacheError} `INVALID_OPTION` for `CACHED_LLM_ENABLED`, `_LIVE`, `_MAX_ENTRIES` and `_MAX_BYTES`; the other variables are checked by `createLlmCache`.
 */
export function optionsFromEnvironment(environment: Environment): CacheOptions {
  const read = (name: string) => environment[`CACHED_LLM_${name}`] || undefined;
  const bound = (name: string): number | undefined => {
    const text = read(name);
    if (text === undefined) return undefined;
    if (!Number.isNaN(Number(text))) return Number(text);
    return invalidOption(`CACHED_LLM_${name}`, `is ${showValue(text)}`, 'Write a whole number.');
  };
  const isEnabled = isOn(environment, 'CACHED_LLM_ENABLED');
  return {
    store: read('STORE'),
    ttl: read('TTL') as Duration | undefined, // createLlmCache refuses what is not one
    namespace: read('NAMESPACE'),
    mode: isEnabled === false ? 'off' : (read('MODE') as Mode | undefined), // likewise
    live: isOn(environment, 'CACHED_LLM_LIVE'),
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
 * `_ENABLED`, `_MODE`, `_MAX_ENTRIES`, `_MAX_BYTES`, `_LIVE`, and `_SECRET` or `_SECRETS` (newest first, with commas).
 *
 * @default bounded memory, 7 days
 * @throws {LlmCacheError} for a variable that `createLlmCache` refuses as an option.
 */
export function defaultCache(): LlmCache {
  try {
    shared ??= createLlmCache(optionsFromEnvironment(process.env));
  } catch (cause) {
    if (!(cause instanceof LlmCacheError)) throw cause;
    throw new LlmCacheError(cause.code, `In a variable CACHED_LLM_…: ${cause.message}`, { cause });
  }
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

const KIBIBYTE = 1024;

/** Every default of a cache, in one place; policy.ts has those of a call, and memory-store.ts those of memory. */
const DEFAULTS = {
  namespace: 'cached-llm',
  maxEntryBytes: 8 * 1024 * KIBIBYTE,
  compressFrom: 8 * KIBIBYTE, // measured: it costs a hit 20 µs, and makes the row 40 to 97 % smaller
  storeTimeout: '250ms',
  lease: '5s',
  ledger: '10s',
  live: '1s',
} as const;

function namespaceOf({ namespace = DEFAULTS.namespace }: CacheOptions): string {
  const isName = typeof namespace === 'string' && namespace !== '' && namespace.isWellFormed();
  if (isName) return namespace;
  const what = `is ${showValue(namespace)}`;
  return invalidOption('namespace', what, 'Write a text that names the application.');
}

function compressFromOf({ compress = false }: CacheOptions): number {
  if (typeof compress === 'number')
    return toWholeNumber(compress, 'compress', DEFAULTS.compressFrom);
  if (typeof compress === 'boolean')
    return compress ? DEFAULTS.compressFrom : Number.POSITIVE_INFINITY;
  const what = `is ${showValue(compress)}`;
  return invalidOption('compress', what, 'Write true, false, or from how many bytes on.');
}

function leaseOf({ lease }: CacheOptions, { leases }: Store): number | undefined {
  if (lease === false) return undefined;
  if (leases === undefined && lease !== undefined) {
    const what = `is ${showValue(lease)}, but the store has no leases`;
    invalidOption('lease', what, 'Use sqliteStore() or redisStore(), or leave lease out.');
  }
  return leases && toPositiveMilliseconds(lease ?? DEFAULTS.lease, 'lease');
}

function requireFunction(option: string, given: unknown, remedy: string): void {
  if (given !== undefined && typeof given !== 'function')
    invalidOption(option, `is ${describeKind(given)}`, remedy);
}

function ledgerOptionsOf(options: CacheOptions) {
  const { ledger = DEFAULTS.ledger, live = false, logger, priceOf } = options;
  if (logger !== undefined && !isLogger(logger)) {
    const remedy = 'Pass console, a pino logger, or an object with debug, info and warn.';
    invalidOption('logger', `is ${describeKind(logger)}`, remedy);
  }
  requireFunction('priceOf', priceOf, 'Write a function of usage that gives US dollars.');
  const interval = ledger === false ? undefined : toPositiveMilliseconds(ledger, 'ledger');
  const liveEvery = live && toPositiveMilliseconds(live === true ? DEFAULTS.live : live, 'live');
  return { ledger: interval, live: liveEvery, logger, priceOf };
}

/** `Date` is looked up at each use, so that a fake clock counts whenever a test installs it. */
function clockOf({ now = systemClock }: CacheOptions): () => number {
  const what = typeof now === 'function' ? unfitTime(now) : `is ${describeKind(now)}`;
  if (what === undefined) return now;
  return invalidOption('now', what, 'Write a function such as Date.now.');
}

/** What is wrong with the time that a clock gives. It would otherwise be the age of each entry. */
function unfitTime(now: () => unknown): string | undefined {
  try {
    const time = now();
    return Number.isFinite(time) ? undefined : `returns ${showValue(time)}`;
  } catch {
    return 'throws';
  }
}

/** Options that are no options would be ignored in silence, and so would a store in their place. */
function checkOptions(options: unknown): void {
  const isStore =
    typeof options === 'string' || typeof (options as { get?: unknown } | null)?.get === 'function';
  if (isStore || typeof options !== 'object' || options === null) {
    const remedy = 'Write createLlmCache({ store }), or nothing for bounded memory.';
    invalidOption('The first argument', `is ${describeKind(options)}`, remedy);
  }
  checkOptionNames(options, CACHE_OPTIONS);
}

/**
 * A cache over a store. All misuse is found here, and none at a call.
 *
 * @throws {LlmCacheError} `UNKNOWN_STORE` or `STORE_PACKAGE_MISSING` for the store; `INVALID_OPTION` or
 * `INVALID_DURATION` for another option
 */
export function createLlmCache(options: CacheOptions = {}): LlmCache {
  checkOptions(options);
  const { store, l1 } = storesOf(options);
  const { maxEntryBytes, waitUntil, storeTimeout = DEFAULTS.storeTimeout } = options;
  requireFunction(
    'waitUntil',
    waitUntil,
    'Write a function such as waitUntil of @vercel/functions.',
  );
  return new LlmCache({
    store,
    l1,
    isOwnMemory: store instanceof MemoryStore,
    isShared: !(store instanceof MemoryStore) || store === options.store,
    isLossless: store.isForAnyAccount === true, // fixtures are files, which nothing evicts
    namespace: namespaceOf(options),
    policy: policyWith(DEFAULT_POLICY, options),
    maxEntryBytes: toWholeNumber(maxEntryBytes, 'maxEntryBytes', DEFAULTS.maxEntryBytes),
    storeTimeout: toPositiveMilliseconds(storeTimeout, 'storeTimeout'),
    compressFrom: compressFromOf(options),
    encryptions: encryptionsFrom(options),
    lease: leaseOf(options, store),
    ...ledgerOptionsOf(options),
    waitUntil,
    now: clockOf(options),
  });
}
