import { existsSync } from 'node:fs';
import { openStore, type SqliteStore, sqliteStore } from '@cached-llm/store-sqlite';
import { type TemporaryFolder, temporaryFolder } from '@cached-llm/testing';
import { afterEach, beforeEach, expect, test } from '@jest/globals';

let folder: TemporaryFolder;
const cacheHome = process.env.XDG_CACHE_HOME;

beforeEach(async () => {
  folder = await temporaryFolder();
});

afterEach(async () => {
  if (cacheHome === undefined) delete process.env.XDG_CACHE_HOME;
  else process.env.XDG_CACHE_HOME = cacheHome;
  await folder.remove();
});

async function isWrittenBy(store: SqliteStore, path: string): Promise<boolean> {
  await store.set('key', 'value');
  await store.disconnect();
  return existsSync(path);
}

test('a URL names an absolute path', async () => {
  const path = `${folder.path}/cache.db`;
  expect(await isWrittenBy(openStore(`sqlite:${path}`), path)).toBe(true);
  expect(await isWrittenBy(openStore(`sqlite://${path}2`), `${path}2`)).toBe(true);
});

test('a URL names a path from the working folder at that time', async () => {
  const before = process.cwd();
  process.chdir(folder.path);
  const store = openStore('sqlite:./data/cache.db');
  process.chdir(before);
  expect(await isWrittenBy(store, `${folder.path}/data/cache.db`)).toBe(true);
});

test('a URL names a store in memory', async () => {
  const store = openStore('sqlite::memory:');
  expect(await isWrittenBy(store, ':memory:')).toBe(false);
});

test.each([() => openStore('sqlite:'), () => sqliteStore()])(
  "without a path it is the file in the user's cache folder",
  async (open) => {
    process.env.XDG_CACHE_HOME = folder.path;
    expect(await isWrittenBy(open(), `${folder.path}/cached-llm/cache.db`)).toBe(
      process.platform === 'linux',
    );
  },
);

test.each(['redis://localhost', './cache.db', ''])('%j names no SQLite store', (url) => {
  expect(() => openStore(url)).toThrow(expect.objectContaining({ code: 'UNKNOWN_STORE' }));
});

test.each([
  [{ path: '' }, 'path'],
  [{ path: 5 as never }, 'path'],
  [{ path: ':memory:', busyTimeout: 999 }, 'busyTimeout'],
  [{ path: ':memory:', busyTimeout: 1500.5 }, 'busyTimeout'],
  [{ path: ':memory:', maxBytes: 1000 }, 'maxBytes'],
  [{ path: ':memory:', maxBytes: Number.NaN }, 'maxBytes'],
])('the options %j are refused when the store is defined', (options, name) => {
  const refusal = { code: 'INVALID_OPTION', message: expect.stringContaining(`\`${name}\``) };
  expect(() => sqliteStore(options)).toThrow(expect.objectContaining(refusal));
});
