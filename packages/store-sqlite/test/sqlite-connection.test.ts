import { rm, writeFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import type { Query } from '../src/driver/index.ts';
import { SqliteConnection } from '../src/sqlite-connection.ts';
import { driver } from './chosen-driver.ts';
import { TestResources } from './resources.ts';

const resources = new TestResources();

test('a file whose obstacle was removed is opened after `checkInterval`, without a restart', async () => {
  const obstacle = `${resources.folder}/obstacle`;
  await writeFile(obstacle, '');
  const settings = {
    path: `${obstacle}/cache.db`,
    create: true,
    busyTimeout: 1000,
    maxBytes: undefined,
    driver,
  };
  const [soon, late] = [
    new SqliteConnection(settings, 1),
    new SqliteConnection(settings, 3_600_000),
  ];
  const ask = (connection: SqliteConnection) => connection.read('SELECT 1 AS one');
  await expect(ask(soon)).rejects.toThrow();
  await expect(ask(late)).rejects.toThrow();
  await rm(obstacle);
  await expect(ask(late)).rejects.toThrow(); // it checks the file again in an hour
  await delay(30);
  expect(await ask(soon)).toEqual([{ one: 1 }]);
  await soon.close();
  await late.close();
});

test('a task that calls wait for runs between the queries of another one, and before all that wait', async () => {
  const settings = {
    path: ':memory:',
    create: true,
    busyTimeout: 1000,
    maxBytes: undefined,
    driver,
  };
  const connection = new SqliteConnection(settings);
  await connection.read('SELECT 1');
  const order: string[] = [];
  const ask = (name: string) => async (query: Query) => {
    await query('SELECT 1');
    order.push(name);
  };
  const long = connection.writeInTurn(async (query) => {
    await ask('first query')(query);
    first.push(connection.writeFirst(ask('what calls wait for')));
    await ask('second query')(query);
  });
  const waiting = connection.writeInTurn(ask('what waits for its turn'));
  const first = [connection.writeFirst(ask('asked for before'))];
  await Promise.all([long, waiting]);
  await Promise.all(first);
  expect(order).toEqual([
    ...['asked for before', 'first query', 'what calls wait for', 'second query'],
    'what waits for its turn',
  ]);
  await connection.close();
});
