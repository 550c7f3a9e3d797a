import { join } from 'node:path';
import { sqliteStore } from '@cached-llm/store-sqlite';
import { expect, test } from '@jest/globals';
import { defaultPath } from '../src/sqlite-store-options.ts';

test.each([
  ['linux', {}, '/home/ada/.cache'],
  ['linux', { XDG_CACHE_HOME: '/var/ada' }, '/var/ada'],
  ['linux', { XDG_CACHE_HOME: 'relative' }, '/home/ada/.cache'],
  ['freebsd', {}, '/home/ada/.cache'],
  ['darwin', { XDG_CACHE_HOME: '/var/ada' }, '/home/ada/Library/Caches'],
  ['win32', { LOCALAPPDATA: '/local' }, '/local'],
  ['win32', {}, '/home/ada/AppData/Local'],
])('on %s with %j the cache folder is %s', (platform, environment, folder) => {
  const path = defaultPath({ platform, environment, home: '/home/ada' });
  expect(path).toBe(join(folder, 'cached-llm', 'cache.db'));
});

test.each([
  [{ path: '' }, 'path'],
  [{ path: 5 as never }, 'path'],
  [{ path: 'a\0b.db' }, 'path'],
  [{ path: 'file:///tmp/llm.db' }, 'path'],
  [{ path: ':memory:', busyTimeout: 999 }, 'busyTimeout'],
  [{ path: ':memory:', busyTimeout: 1500.5 }, 'busyTimeout'],
  [{ path: ':memory:', maxBytes: 1000 }, 'maxBytes'],
  [{ path: ':memory:', maxBytes: Number.NaN }, 'maxBytes'],
  [{ path: ':memory:', create: 'no' as never }, 'create'],
  [{ path: ':memory:', driver: 'better-sqlite3' as never }, 'driver'],
])('the options %j are refused when the store is defined', (options, name) => {
  const refusal = { code: 'INVALID_OPTION', message: expect.stringContaining(`\`${name}\``) };
  expect(() => sqliteStore(options)).toThrow(expect.objectContaining(refusal));
});

test.each([
  [{ paths: './llm.db' }, 'paths is not an option here. Did you mean path?'],
  [{ file: './llm.db' }, 'file is not an option here. The options are path, create,'],
  [{ readonly: true }, 'readonly is not an option here.'],
  [42, 'the first argument is of type number'],
  [null, 'the first argument is of type object'],
])('%j in place of the options is refused', (options, message) => {
  const refusal = { code: 'INVALID_OPTION', message: expect.stringContaining(message) };
  expect(() => sqliteStore(options as never)).toThrow(expect.objectContaining(refusal));
});
