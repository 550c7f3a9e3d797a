import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { MemoryStore } from '../memory/memory-store.ts';
import type { MemoryStoreOptions } from '../memory/memory-store-options.ts';
import { LlmCacheError } from '../options/errors.ts';
import { LazyStore } from '../store/lazy-store.ts';
import type { Store } from '../store/store.ts';

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

interface StorePackage {
  openStore(url: string): Store;
}

/** The application's folders first: strict layouts hide from this package what it does not declare. */
function homes(): string[] {
  const script = process.argv[1];
  const own = import.meta.url;
  return [join(process.cwd(), 'index.js'), ...(script === undefined ? [] : [script]), own];
}

function locate(name: string): string | undefined {
  for (const home of homes()) {
    try {
      return createRequire(home).resolve(name);
    } catch {
      // not from there: the next home
    }
  }
  return undefined;
}

/**
 * The store behind a URL: `memory:`, `sqlite:./llm.db`, `sqlite:` (a file in the user's cache folder),
 * `redis://…`, `rediss://…`, `valkey://…`, `fixtures:./folder`. Its package is loaded at the first use.
 *
 * @throws {LlmCacheError} `UNKNOWN_STORE` for another URL, `STORE_PACKAGE_MISSING` when its package is not installed.
 */
export function openStore(url: string, bounds: MemoryStoreOptions = {}): Store {
  const scheme = url.slice(0, Math.max(0, url.indexOf(':')));
  if (scheme === 'memory') return new MemoryStore(bounds);
  const name = PACKAGES.get(scheme);
  if (name === undefined) {
    throw new LlmCacheError(
      'UNKNOWN_STORE',
      `No store is known by the URL scheme ${JSON.stringify(scheme)}. Write 'memory:', 'sqlite:./llm.db', 'redis://host:6379' or 'rediss://host:6380', or pass a Keyv.`,
    );
  }
  const path = locate(name);
  if (path === undefined) {
    throw new LlmCacheError(
      'STORE_PACKAGE_MISSING',
      `A store of '${scheme}:' needs the package ${name}. Install it: npm install ${name}`,
    );
  }
  return new LazyStore(async () => {
    const store: StorePackage = await import(pathToFileURL(path).href);
    return store.openStore(url);
  });
}
