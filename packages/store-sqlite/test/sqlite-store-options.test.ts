import { join } from 'node:path';
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
