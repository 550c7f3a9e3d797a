import nodeModule from 'node:module'; // webpack would follow a createRequire that is imported by its name
import { join } from 'node:path';
import { MemoryStore, type MemoryStoreOptions, memoryBounds } from '../memory/index.ts';
import { describeKind, invalidOption, LlmCacheError, showValue } from '../options/index.ts';
import { LazyStore, type Store } from '../store/index.ts';
import type { CacheOptions } from './cache-options.ts';

const SQLITE = '@cached-llm/store-sqlite';

const REDIS = '@cached-llm/store-redis';

/** Which package opens which URL. */
const PACKAGES: ReadonlyMap<string, string> = new Map([
  ['sqlite', SQLITE],
  ['redis', REDIS],
  ['rediss', REDIS],
  ['valkey', REDIS],
  ['valkeys', REDIS],
  ['fixtures', '@cached-llm/testing'],
]);

/** How the package is installed, and what to do where a bundle has to do without packages. */
function howToInstall(name: string): string {
  const install = `npm install ${name}, or pnpm add ${name}, or yarn add ${name}`;
  return `Install it: ${install}. In a bundle, pass the store itself, such as store: sqliteStore({ path: './llm.db' }).`;
}

/** The application's folders come first: strict layouts of node_modules hide from this package what it does not declare. */
function resolvingFiles(): string[] {
  const script = process.argv[1];
  return [
    join(process.cwd(), 'index.js'),
    ...(script === undefined ? [] : [script]),
    import.meta.url,
  ];
}

function locate(name: string): string | undefined {
  for (const file of resolvingFiles()) {
    try {
      return nodeModule.createRequire(file).resolve(name);
    } catch {
      // It is not installed there, and may be where the next file is.
    }
  }
  return undefined;
}

function refuseStore(what: string): never {
  throw new LlmCacheError(
    'UNKNOWN_STORE',
    `store is ${what}. Write 'memory:', 'sqlite:./llm.db' or 'redis://host:6379', or pass a Keyv.`,
  );
}

/**
 * The store behind a URL: `memory:`, `sqlite:./llm.db`, `sqlite:` (a file in the user's cache folder),
 * `redis://…`, `rediss://…`, `valkey://…`, `fixtures:./folder`. The package of the store is loaded at the first use.
 *
 * @throws {LlmCacheError} `UNKNOWN_STORE` for another URL; `STORE_PACKAGE_MISSING` where the package of the store is not installed
 */
export function openStore(url: string, bounds: MemoryStoreOptions = {}): Store {
  const scheme = url.slice(0, Math.max(0, url.indexOf(':')));
  if (scheme === 'memory') return new MemoryStore(bounds);
  const name = PACKAGES.get(scheme);
  if (name === undefined) {
    const shown = showValue(scheme === '' ? url : `${scheme}:…`); // the rest may hold a password
    return refuseStore(`${shown}, which is not a store URL`);
  }
  const path = locate(name);
  if (path === undefined) {
    throw new LlmCacheError(
      'STORE_PACKAGE_MISSING',
      `A store of '${scheme}:' needs the package ${name}. ${howToInstall(name)}`,
    );
  }
  return new LazyStore(async () => {
    const { loadStorePackage } = await import('./store-package.ts');
    return (await loadStorePackage({ name, path, howToInstall })).openStore(url);
  }, scheme === 'fixtures');
}

/** Where the entries of a cache are stored. */
export interface Stores {
  readonly store: Store;
  /** Bounded memory before the store. `undefined`: there is none. */
  readonly l1: MemoryStore | undefined;
}

function isStore(store: unknown): store is Store {
  const methods = ['get', 'set', 'delete'] as const;
  // The cast is for reading only: each method is checked.
  return methods.every((name) => typeof (store as Store | null)?.[name] === 'function');
}

function storeOf(store: CacheOptions['store'], options: CacheOptions): Store {
  const bounds = { ...memoryBounds(options), now: options.now };
  if (store === undefined) return new MemoryStore(bounds);
  if (typeof store === 'string') return openStore(store, bounds);
  if (isStore(store)) return store;
  return refuseStore(`${describeKind(store)} without get, set and delete`);
}

function refuseTiers(what: string): never {
  return invalidOption(
    'tiers',
    what,
    "Write tiers: ['memory:', store], memory first and one other store behind it, and leave store out.",
  );
}

function tiersOf(tiers: readonly unknown[], options: CacheOptions): Stores {
  if (options.store !== undefined) refuseTiers('and store are both set');
  if (!Array.isArray(tiers) || tiers.length !== 2) refuseTiers('are not two stores');
  const [l1, store] = tiers.map((tier) => storeOf(tier, options));
  // A first tier that may be slow or away would need a tier before itself.
  if (!(l1 instanceof MemoryStore)) return refuseTiers('do not begin with bounded memory');
  if (store === undefined || store instanceof MemoryStore) return refuseTiers('end with memory');
  return { store, l1 };
}

/** @throws {LlmCacheError} `UNKNOWN_STORE`, `STORE_PACKAGE_MISSING` or `INVALID_OPTION` */
export function storesOf(options: CacheOptions): Stores {
  const { store, tiers } = options;
  if (tiers !== undefined) return tiersOf(tiers, options);
  return { store: storeOf(store, options), l1: undefined };
}
