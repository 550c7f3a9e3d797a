import { existsSync } from 'node:fs';
import { openStore, type SqliteStore, sqliteStore } from '@cached-llm/store-sqlite';
import { afterEach, expect, test } from '@jest/globals';
import { TestResources } from './resources.ts';

const resources = new TestResources();
const cacheHome = process.env.XDG_CACHE_HOME;

afterEach(() => {
  if (cacheHome === undefined) delete process.env.XDG_CACHE_HOME;
  else process.env.XDG_CACHE_HOME = cacheHome;
});

async function isWrittenBy(store: SqliteStore, path: string): Promise<boolean> {
  await store.set('key', 'value');
  await store.disconnect();
  return existsSync(path);
}

test('a URL may name an absolute path', async () => {
  const { path } = resources;
  expect(await isWrittenBy(openStore(`sqlite:${path}`), path)).toBe(true);
  expect(await isWrittenBy(openStore(`sqlite://${path}2`), `${path}2`)).toBe(true);
});

test('a relative path in a URL starts at the working folder at that time', async () => {
  const before = process.cwd();
  process.chdir(resources.folder);
  const store = openStore('sqlite:./data/cache.db');
  process.chdir(before);
  expect(await isWrittenBy(store, `${resources.folder}/data/cache.db`)).toBe(true);
});

test('a URL may name a store in memory', async () => {
  const store = openStore('sqlite::memory:');
  expect(await isWrittenBy(store, ':memory:')).toBe(false);
});

test.each([() => openStore('sqlite:'), () => sqliteStore()])(
  "without a path the store is a file in the user's cache folder",
  async (open) => {
    process.env.XDG_CACHE_HOME = resources.folder;
    expect(await isWrittenBy(open(), `${resources.folder}/cached-llm/cache.db`)).toBe(
      process.platform === 'linux',
    );
  },
);

test.each(['redis://localhost', './cache.db', ''])('%j is not the URL of a SQLite store', (url) => {
  expect(() => openStore(url)).toThrow(expect.objectContaining({ code: 'UNKNOWN_STORE' }));
});
