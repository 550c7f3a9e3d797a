import { readdir, readFile, utimes, writeFile } from 'node:fs/promises';
import { QuarantinedFileError, type SqliteStore, sqliteStore } from '@cached-llm/store-sqlite';
import { type TemporaryFolder, temporaryFolder } from '@cached-llm/testing';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { KeyvSqlite } from '@keyv/sqlite';
import { identityOf, quarantine } from '../src/quarantine.ts';

const DIARY = 'Dear diary, '.repeat(1000);

let folder: TemporaryFolder;
let path: string;
let opened: SqliteStore[];

beforeEach(async () => {
  folder = await temporaryFolder();
  path = `${folder.path}/cache.db`;
  opened = [];
});

afterEach(async () => {
  await Promise.all(opened.map((store) => store.disconnect()));
  await folder.remove();
});

function open(): SqliteStore {
  const store = sqliteStore(path);
  opened.push(store);
  return store;
}

const setAside = async () =>
  (await readdir(folder.path)).filter((name) => name.startsWith('cache.db.corrupt-'));

test('a file that is no database is renamed, not changed, and listeners hear where it is', async () => {
  await writeFile(path, DIARY);
  const store = open();
  const heard: unknown[] = [];
  store.on('error', (error: unknown) => heard.push(error));
  expect(await store.get('key')).toBe(undefined);
  expect(await store.set('key', 'value')).toBe(true);
  expect(await store.get('key')).toBe('value');
  const [name] = await setAside();
  const quarantinedAs = `${folder.path}/${name}`;
  expect(heard).toEqual([expect.any(QuarantinedFileError)]);
  expect(heard).toMatchObject([
    {
      name: 'QuarantinedFileError',
      code: 'quarantined',
      quarantinedAs,
      cause: { code: 'SQLITE_NOTADB' },
    },
  ]);
  expect(await readFile(quarantinedAs, 'utf8')).toBe(DIARY);
});

test('what fails is told to whoever asked, and not to listeners', async () => {
  await writeFile(path, '');
  const store = sqliteStore(`${path}/below/a/file.db`);
  const heard: unknown[] = [];
  store.on('error', (error: unknown) => heard.push(error));
  await expect(store.set('key', 'value')).rejects.toThrow();
  expect(heard).toEqual([]);
});

test('of many stores that find a file damaged at once, one renames it, and none the new one', async () => {
  await writeFile(path, DIARY);
  const stores = Array.from({ length: 8 }, () => open());
  const write = (store: SqliteStore, number: number) => store.set(`${number}`, 'value');
  await Promise.allSettled(stores.map(write));
  expect(await setAside()).toHaveLength(1);
  // Who came too late to rename and too early to find the new file rejects, and is in time a moment later.
  for (const [number, store] of stores.entries()) {
    while (!(await write(store, number).catch(() => false)));
  }
  expect(await open().count('')).toBe(8);
  expect(await setAside()).toHaveLength(1);
});

test("another's sound database is no damaged one", async () => {
  const other = new KeyvSqlite({ uri: path, table: 'theirs' });
  await other.set('key', 'theirs');
  expect(await open().set('key', 'ours')).toBe(true);
  expect(await other.get('key')).toBe('theirs');
  await other.disconnect();
  expect(await setAside()).toEqual([]);
});

test("a table of another making is left alone, though it has our table's name", async () => {
  const other = new KeyvSqlite({ uri: path, table: 'theirs' });
  await other.query('CREATE TABLE cached_llm(name TEXT)');
  await expect(open().get('key')).rejects.toMatchObject({ code: 'SQLITE_ERROR' });
  await other.disconnect();
  expect(await setAside()).toEqual([]);
});

test('a file that took the place of the damaged one stays', async () => {
  await writeFile(path, DIARY);
  expect(await quarantine(path, 'another file')).toBe(undefined);
  expect(await readFile(path, 'utf8')).toBe(DIARY);
});

test('a process that died while it renamed stands in the way for a while only', async () => {
  await writeFile(path, DIARY);
  const identity = (await identityOf(path)) ?? '';
  const lock = `${path}.quarantine`;
  await writeFile(lock, '');
  expect(await quarantine(path, identity)).toBe(undefined);
  await utimes(lock, new Date(0), new Date(0));
  expect(await quarantine(path, identity)).toBe(undefined); // it takes the old right away
  expect(await quarantine(path, identity)).toContain('.corrupt-');
  expect(await readdir(folder.path)).toEqual(await setAside());
});
