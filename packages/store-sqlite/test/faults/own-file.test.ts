import { once } from 'node:events';
import {
  chmod,
  chown,
  mkdir,
  readdir,
  readFile,
  stat,
  symlink,
  truncate,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { createServer } from 'node:net';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { damagedFile, TestResources } from '../resources.ts';

const resources = new TestResources();
let path: string;

beforeEach(async () => {
  path = resources.path;
  await chmod(resources.folder, 0o755);
});

const TEXT = '{ "name": "an application" }';

async function modes(): Promise<Record<string, number>> {
  const names = await readdir(resources.folder);
  const entries = names.map(async (name) => {
    const { mode } = await stat(`${resources.folder}/${name}`);
    return [name, mode & 0o777] as const;
  });
  return Object.fromEntries(await Promise.all(entries));
}

/** Every operation is refused for good, in words that name the file, and the folder stays as it is. */
async function expectRefused(
  code = 'NOT_A_STORE_FILE',
  refused = path,
  named = refused,
): Promise<void> {
  const before = await readdir(resources.folder);
  const store = resources.openStore(refused);
  const remedy = expect.stringContaining(named);
  const error = { name: 'UnusableFileError', code, isPermanent: true, remedy };
  await expect(store.get('key')).rejects.toMatchObject(error);
  await expect(store.set('key', 'value')).rejects.toMatchObject(error);
  await store.disconnect();
  expect(await readdir(resources.folder)).toEqual(before);
}

describe('a file that is not of the store is not used, and stays as it is:', () => {
  test.each(['', '-wal', '.quarantine'])('a text file, named %j', async (suffix) => {
    await writeFile(path + suffix, TEXT);
    await expectRefused('NOT_A_STORE_FILE', path + suffix);
    expect(await readFile(path + suffix, 'utf8')).toBe(TEXT);
  });

  test('a text file of a few bytes, and a long one', async () => {
    for (const text of ['x', 'y'.repeat(100), 'z'.repeat(511), 'Dear diary, '.repeat(100_000)]) {
      await writeFile(path, text);
      await expectRefused();
      expect(await readFile(path, 'utf8')).toBe(text);
    }
  });

  test('a text that names the table of the store', async () => {
    await writeFile(path, 'CREATE TABLE cached_llm(key VARCHAR(255) PRIMARY KEY, value TEXT )');
    await expectRefused();
  });

  test('the database of another program', async () => {
    const query = await resources.connect();
    await query("CREATE TABLE theirs AS SELECT 'theirs' AS value");
    const before = await readFile(path);
    await expectRefused();
    expect(await readFile(path)).toEqual(before);
  });

  test('a database without tables that has the mark of another program', async () => {
    const query = await resources.connect();
    await query('PRAGMA application_id = 42');
    await expectRefused();
  });

  test('a database with a table of the same name and other columns', async () => {
    const query = await resources.connect();
    await query('CREATE TABLE cached_llm(name TEXT)');
    await expectRefused();
    expect(await query("SELECT name FROM sqlite_schema WHERE type = 'table'")).toHaveLength(1);
  });

  test('a damaged database with the mark of another program', async () => {
    await writeFile(path, damagedFile(42));
    await expectRefused();
    expect(await readFile(path)).toEqual(damagedFile(42));
  });

  test('a folder', async () => {
    await mkdir(path);
    await expectRefused('EISDIR');
  });

  test('a device', async () => {
    await expectRefused('NOT_A_STORE_FILE', '/dev/null');
  });

  test('a socket', async () => {
    const server = createServer().listen(path);
    await once(server, 'listening');
    await expectRefused();
    server.close();
  });
});

test('a path below a file is refused, in words that name the folder and the remedy', async () => {
  await writeFile(path, TEXT);
  const store = resources.openStore(`${path}/below/cache.db`);
  const remedy = expect.stringMatching(`Let this user write to ${path}/below`);
  await expect(store.get('key')).rejects.toMatchObject({ isPermanent: true, remedy });
});

test('a path where the system makes no folders is refused, although `mkdir` of Node.js never ends there', async () => {
  const store = resources.openStore('/proc/cached-llm/below/cache.db');
  const remedy = expect.stringMatching('Let this user write to /proc/cached-llm/below');
  await expect(store.get('key')).rejects.toMatchObject({ isPermanent: true, remedy });
});

test('an empty file is used: there is nothing in it', async () => {
  await writeFile(path, '');
  await chmod(path, 0o644);
  const store = resources.openStore();
  expect(await store.set('key', 'value')).toBe(true);
  expect(new Set(Object.values(await modes()))).toEqual(new Set([0o600]));
});

test('a text beside a missing file that has the name of its lock stays as it is', async () => {
  const lock = `${path}.quarantine`;
  await writeFile(lock, TEXT);
  await utimes(lock, 0, 0);
  await expectRefused('NOT_A_STORE_FILE', path, lock);
  expect(await readFile(lock, 'utf8')).toBe(TEXT);
});

test('a path that the file system refuses is refused for good, in words that name it', async () => {
  const circle = `${resources.folder}/circle.db`;
  await symlink(circle, circle);
  await expectRefused('ELOOP', circle);
  await expectRefused('ENAMETOOLONG', `${resources.folder}/${'x'.repeat(300)}.db`);
});

test('a file of the store is used although another program has added a table', async () => {
  await resources.openStore().set('key', 'value');
  await resources.query('CREATE TABLE theirs(name TEXT)');
  expect(await resources.openStore().get('key')).toBe('value');
});

test('a text beside a missing file that has the name of its log stays as it is', async () => {
  await writeFile(`${path}-wal`, TEXT);
  await expectRefused('NOT_A_STORE_FILE', path, `${path}-wal`);
  expect(await readFile(`${path}-wal`, 'utf8')).toBe(TEXT);
});

describe('a link', () => {
  const link = () => `${resources.folder}/link.db`;

  test('to a text file is refused, and the file stays as it is', async () => {
    await writeFile(path, TEXT);
    await symlink(path, link());
    await expectRefused('NOT_A_STORE_FILE', link(), path);
    expect(await readFile(path, 'utf8')).toBe(TEXT);
  });

  test('is followed to a file of the same owner, which is made where it is missing', async () => {
    await symlink('cache.db', link());
    await resources.openStore(link()).set('key', 'value');
    expect(await resources.openStore().get('key')).toBe('value');
  });

  test('stays in place when the damaged file behind it is set aside', async () => {
    await writeFile(path, damagedFile());
    await symlink(path, link());
    const store = resources.openStore(link());
    expect(await store.set('key', 'value')).toBe(true);
    await store.disconnect();
    const names = (await readdir(resources.folder)).map((name) => name.replace(/-2.*Z/, ''));
    expect(names.sort()).toEqual(['cache.db', 'cache.db.corrupt', 'link.db']);
  });

  if (process.getuid?.() === 0) {
    test('to a file of another owner is refused', async () => {
      const store = resources.openStore();
      await store.set('key', 'value');
      await store.disconnect();
      await chown(path, 65_534, 65_534);
      await symlink(path, link());
      await expectRefused('NOT_A_STORE_FILE', link());
    });
  } else {
    test('NOT RUN: only the superuser can give a file to another owner', () => {});
  }
});

describe('only the owner may read', () => {
  test('the file, its log and its index, also in a folder that everybody may read', async () => {
    const store = resources.openStore();
    await store.set('key', 'value');
    expect(await modes()).toEqual({
      'cache.db': 0o600,
      'cache.db-shm': 0o600,
      'cache.db-wal': 0o600,
    });
  });

  test('a file of the store that others could read or write before, with its log', async () => {
    await resources.openStore().set('key', 'value');
    for (const name of await readdir(resources.folder))
      await chmod(`${resources.folder}/${name}`, 0o666);
    await resources.openStore({ path, create: false }).get('key');
    expect(new Set(Object.values(await modes()))).toEqual(new Set([0o666])); // a reader changes nothing
    await resources.openStore().get('key');
    expect(new Set(Object.values(await modes()))).toEqual(new Set([0o600]));
  });

  test('a file that is not to be written stays so', async () => {
    const store = resources.openStore();
    await store.set('key', 'value');
    await store.disconnect();
    await chmod(path, 0o444);
    expect(await resources.openStore().get('key')).toBe('value');
    expect((await stat(path)).mode & 0o777).toBe(0o400);
  });

  test('and the file of another program that has a table of the store keeps its rights', async () => {
    await resources.connect().then((query) => query('CREATE TABLE theirs(name TEXT)'));
    await resources.query('CREATE TABLE cached_llm(key VARCHAR(255) PRIMARY KEY, value TEXT )');
    await chmod(path, 0o644);
    await resources.openStore().set('key', 'value');
    expect((await modes())['cache.db']).toBe(0o644);
  });

  test('a file that was set aside, although everybody could read it before', async () => {
    await resources.openStore().set('key', 'value');
    await resources.query('PRAGMA wal_checkpoint(TRUNCATE)');
    await truncate(path, 1000);
    await chmod(path, 0o644);
    const store = resources.openStore();
    await store.set('key', 'value');
    expect(new Set(Object.values(await modes()))).toEqual(new Set([0o600]));
  });
});

test('a store that is only read makes no file', async () => {
  const store = resources.openStore({ path, create: false });
  await expect(store.get('key')).rejects.toMatchObject({ code: 'ENOENT', isPermanent: true });
  expect(await readdir(resources.folder)).toEqual([]);
  await resources.openStore().set('key', 'value');
  const later = resources.openStore({ path, create: false });
  expect(await later.get('key')).toBe('value');
});
