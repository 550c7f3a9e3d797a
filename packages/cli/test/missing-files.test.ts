import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type TemporaryFolder, temporaryFolder } from '@cached-llm/testing';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { program } from './program.ts';

let folder: TemporaryFolder;
const cacheHome = process.env.XDG_CACHE_HOME;

beforeEach(async () => {
  folder = await temporaryFolder();
  process.env.XDG_CACHE_HOME = folder.path;
});

afterEach(async () => {
  if (cacheHome === undefined) delete process.env.XDG_CACHE_HOME;
  else process.env.XDG_CACHE_HOME = cacheHome;
  await folder.remove();
});

const READING = [
  'list',
  'stats',
  'health',
  'export',
  'verify',
  'show 123',
  'explain',
  'prune',
  'clear --yes',
];

describe.each(READING)('%s', (line) => {
  test.each(['sqlite:', 'sqlite:./missing/llm.db'])(
    'of the store %s makes no file',
    async (url) => {
      const store = url === 'sqlite:' ? url : `sqlite:${join(folder.path, 'missing', 'llm.db')}`;
      const { code } = await program([...line.split(' '), '--store', store], { input: '{}' });
      expect(code).not.toBe(0);
      if (process.platform === 'linux') expect(await readdir(folder.path)).toEqual([]);
    },
  );
});

describe.each(['import', 'warm'])('%s', (verb) => {
  const storeFile = () => join(folder.path, 'llm.db');

  test('of a missing file makes no store', async () => {
    const input = join(folder.path, 'missing.jsonl');
    const { code, errors } = await program([verb, input, '--store', `sqlite:${storeFile()}`]);
    expect([code, errors]).toEqual([
      1,
      `error: ${input} cannot be read (ENOENT). Check its path and its rights.\n`,
    ]);
    expect(await readdir(folder.path)).toEqual([]);
  });

  test('of a folder makes no store', async () => {
    const input = join(folder.path, 'folder');
    await mkdir(input);
    const { code, errors } = await program([verb, input, '--store', `sqlite:${storeFile()}`]);
    expect([code, errors]).toEqual([1, `error: ${input} is a folder.\n`]);
    expect(await readdir(folder.path)).toEqual(['folder']);
  });
});
