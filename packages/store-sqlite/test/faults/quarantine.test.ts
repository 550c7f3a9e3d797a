import { readdir, readFile, stat, utimes, writeFile } from 'node:fs/promises';
import { QuarantinedFileError, type SqliteStore } from '@cached-llm/store-sqlite';
import { beforeEach, expect, test } from '@jest/globals';
import { identityOf, quarantine } from '../../src/quarantine.ts';
import { damagedFile, TestResources } from '../resources.ts';

const DAMAGED = damagedFile();

const resources = new TestResources();
let path: string;

beforeEach(() => {
  path = resources.path;
});

const quarantined = async () =>
  (await readdir(resources.folder)).filter((name) => name.startsWith('cache.db.corrupt-'));

test('a damaged file of the store is renamed unchanged, and an error event has its new path', async () => {
  await writeFile(path, DAMAGED);
  const store = resources.openStore();
  const errors: unknown[] = [];
  store.on('error', (error: unknown) => errors.push(error));
  expect(await store.get('key')).toBe(undefined);
  expect(await store.set('key', 'value')).toBe(true);
  expect(await store.get('key')).toBe('value');
  const [name] = await quarantined();
  const quarantinedAs = `${resources.folder}/${name}`;
  expect((await stat(quarantinedAs)).mode & 0o777).toBe(0o600);
  expect(errors).toEqual([expect.any(QuarantinedFileError)]);
  expect(errors).toMatchObject([
    {
      name: 'QuarantinedFileError',
      code: 'quarantined',
      quarantinedAs,
      cause: { code: 'SQLITE_NOTADB' },
    },
  ]);
  expect(await readFile(quarantinedAs)).toEqual(DAMAGED);
});

test('an operation that fails rejects, and emits no error', async () => {
  await writeFile(path, '');
  const store = resources.openStore(`${path}/below/a/file.db`);
  const errors: unknown[] = [];
  store.on('error', (error: unknown) => errors.push(error));
  await expect(store.set('key', 'value')).rejects.toThrow();
  expect(errors).toEqual([]);
});

test('if many stores find a file damaged at once, one renames it, and none renames the new file', async () => {
  await writeFile(path, DAMAGED);
  const stores = Array.from({ length: 8 }, () => resources.openStore());
  const write = (store: SqliteStore, number: number) => store.set(`${number}`, 'value');
  await Promise.allSettled(stores.map(write));
  expect(await quarantined()).toHaveLength(1);
  // A store that came too late to rename and too early for the new file rejects, and succeeds a moment later.
  for (const [number, store] of stores.entries()) {
    while (!(await write(store, number).catch(() => false)));
  }
  expect(await resources.openStore().count('')).toBe(8);
  expect(await quarantined()).toHaveLength(1);
});

test('a file that took the place of the damaged one is not renamed', async () => {
  await writeFile(path, DAMAGED);
  expect(await quarantine(path, 'another file')).toBe(undefined);
  expect(await readFile(path)).toEqual(DAMAGED);
});

test('the lock of a process that died while it renamed is removed after some seconds', async () => {
  await writeFile(path, DAMAGED);
  const identity = (await identityOf(path)) ?? '';
  const lock = `${path}.quarantine`;
  await writeFile(lock, '');
  expect(await quarantine(path, identity)).toBe(undefined);
  await utimes(lock, new Date(0), new Date(0));
  expect(await quarantine(path, identity)).toBe(undefined); // it removes the old lock
  expect(await quarantine(path, identity)).toContain('.corrupt-');
  expect(await readdir(resources.folder)).toEqual(await quarantined());
});
