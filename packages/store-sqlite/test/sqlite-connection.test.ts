import { rm, writeFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { temporaryFolder } from '@cached-llm/testing';
import { expect, test } from '@jest/globals';
import { SqliteConnection } from '../src/sqlite-connection.ts';

test('a file whose obstacle was removed is opened after a pause, without a restart', async () => {
  const folder = await temporaryFolder();
  const obstacle = `${folder.path}/obstacle`;
  await writeFile(obstacle, '');
  const settings = { path: `${obstacle}/cache.db`, busyTimeout: 1000, maxBytes: undefined };
  const connection = new SqliteConnection(settings, 20);
  await expect(connection.read('SELECT 1 AS one')).rejects.toThrow();
  await rm(obstacle);
  await expect(connection.read('SELECT 1 AS one')).rejects.toThrow();
  await delay(30);
  expect(await connection.read('SELECT 1 AS one')).toEqual([{ one: 1 }]);
  await connection.close();
  await folder.remove();
});
