import { MemoryStore } from '../memory/memory-store.ts';
import { toBound } from '../options/bound.ts';
import { LlmCacheError } from '../options/errors.ts';
import type { CacheOptions } from '../options/options.ts';
import type { Store } from '../store/store.ts';
import { openStore } from './open-store.ts';

const MEBIBYTE = 1024 * 1024;
const BOUNDS = { maxEntries: 10_000, maxBytes: 64 * MEBIBYTE } as const;

/** Where a cache's entries live. */
export interface Stores {
  readonly store: Store;
  /** Bounded memory before the store. */
  readonly near: MemoryStore | undefined;
}

function isStore(store: unknown): store is Store {
  const methods = ['get', 'set', 'delete'] as const;
  // Looked at, not trusted: each method is checked to be one.
  return methods.every((name) => typeof (store as Store | null)?.[name] === 'function');
}

function storeOf(store: CacheOptions['store'], options: CacheOptions): Store {
  const bounds = {
    maxEntries: toBound(options.maxEntries, 'maxEntries', BOUNDS.maxEntries),
    maxBytes: toBound(options.maxBytes, 'maxBytes', BOUNDS.maxBytes),
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

function refuseTiers(what: string): never {
  throw new LlmCacheError(
    'INVALID_OPTION',
    `${what} Write tiers: ['memory:', store], memory first and one other store behind it, and leave store out.`,
  );
}

function tiersOf(tiers: readonly unknown[], options: CacheOptions): Stores {
  if (options.store !== undefined) refuseTiers('Both store and tiers are set.');
  if (!Array.isArray(tiers) || tiers.length !== 2) refuseTiers('tiers are not two stores.');
  const [near, store] = tiers.map((tier) => storeOf(tier, options));
  // A near tier that could be slow, or away, would need a tier of its own.
  if (!(near instanceof MemoryStore)) return refuseTiers('The first tier is not bounded memory.');
  if (store === undefined || store instanceof MemoryStore)
    return refuseTiers('The second tier is memory, too.');
  return { store, near };
}

/** @throws {LlmCacheError} `UNKNOWN_STORE`, `INVALID_OPTION`, `STORE_PACKAGE_MISSING` */
export function storesOf(options: CacheOptions): Stores {
  const { store, tiers } = options;
  if (tiers !== undefined) return tiersOf(tiers, options);
  return { store: storeOf(store, options), near: undefined };
}
