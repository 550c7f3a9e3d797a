import { sqliteStore } from '@cached-llm/store-sqlite';
import { expect, test } from '@jest/globals';
import { startScript } from './processes/start-script.ts';
import { TestResources } from './resources.ts';

const resources = new TestResources();
const hasModule = process.getBuiltinModule('node:sqlite') !== undefined;

async function rowsAfter(driver: string): Promise<string> {
  const script = startScript('row-process', [resources.path, driver]);
  resources.afterThisTest(script.kill);
  const rows = await script.line();
  expect(await script.end()).toBe(0);
  return rows;
}

if (hasModule) {
  test('the drivers read what the other one has written', async () => {
    expect(await rowsAfter('sqlite3')).toBe('sqlite3,');
    expect(await rowsAfter('node:sqlite')).toBe('sqlite3,node:sqlite');
    expect(await rowsAfter('sqlite3')).toBe('sqlite3,node:sqlite');
  });
} else {
  test('where Node.js has no SQLite of its own, a store over it rejects, and its error says what to do', async () => {
    const store = sqliteStore({ path: resources.path, driver: 'node:sqlite' });
    const remedy = expect.stringContaining('22.13');
    const expected = { code: 'SQLITE_DRIVER_MISSING', isPermanent: true, remedy };
    await expect(store.get('key')).rejects.toMatchObject(expected);
    await store.disconnect();
  });
}
