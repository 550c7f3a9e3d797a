import { LlmCacheError } from '@cached-llm/core';
import { type SqliteStore, sqliteStore } from './sqlite-store.ts';

const SCHEME = 'sqlite:';

/**
 * The store that a URL names: `sqlite:./llm.db`, `sqlite:/abs/path.db`, `sqlite::memory:`, or `sqlite:`
 * for the file in the user's cache folder.
 * @throws LlmCacheError `UNKNOWN_STORE` where the URL is not of this kind
 */
export function openStore(url: string): SqliteStore {
  if (!url.startsWith(SCHEME)) {
    throw new LlmCacheError(
      'UNKNOWN_STORE',
      "A SQLite store's URL starts with `sqlite:`, as in `sqlite:./llm.db`.",
    );
  }
  const path = url.slice(SCHEME.length).replace(/^\/\//, '');
  return path === '' ? sqliteStore() : sqliteStore(path);
}
