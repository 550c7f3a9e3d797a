import {
  type RedisStore,
  type RedisStoreOptions,
  type RedisUnavailableError,
  redisStore,
} from '@cached-llm/store-redis';
import { type RedisServer, startRedis, until } from '@cached-llm/testing';
import { afterEach, expect, test } from '@jest/globals';

const servers: RedisServer[] = [];
const stores: RedisStore[] = [];

afterEach(async () => {
  await Promise.all(stores.splice(0).map((store) => store.disconnect()));
  await Promise.all(servers.splice(0).map((server) => server.stop()));
});

async function start(...more: string[]): Promise<RedisServer> {
  const server = await startRedis({ arguments: more });
  servers.push(server);
  return server;
}

interface Told {
  readonly store: RedisStore;
  readonly told: RedisUnavailableError[];
}

function open(options: RedisStoreOptions): Told {
  const store = redisStore({ refusalInterval: 20, ...options });
  stores.push(store);
  const told: RedisUnavailableError[] = [];
  store.on('error', (fault: RedisUnavailableError) => told.push(fault));
  return { store, told };
}

const works = (store: RedisStore) => store.set('app:key', 'value').catch(() => false);

async function attempts(server: RedisServer): Promise<number> {
  const stats = await server.command('INFO stats');
  return Number(/total_connections_received:(\d+)/.exec(stats)?.[1]);
}

test('a wrong password is told once, tried again rarely, and heals when the server has it', async () => {
  const server = await start();
  const { store, told } = open({ url: server.url.replace('//', '//app:secret@') });
  const expected = { code: 'WRONGPASS', isPermanent: true, isPartial: false };
  await expect(store.get('app:key')).rejects.toMatchObject(expected);
  const before = await attempts(server);
  await until('It is tried again', async () => (await attempts(server)) > before + 5);
  expect(told).toEqual([expect.objectContaining(expected)]);
  await server.command('ACL SETUSER app on >secret ~* +@all');
  await until('It heals', () => works(store));
  await server.command('ACL SETUSER app <secret >another');
  await server.command('CLIENT KILL USER app');
  await until('It is told again', () => told.at(-1)?.code === 'WRONGPASS' && told.length > 2);
});

test('by default a server that refuses is left alone for long', async () => {
  const server = await start();
  const url = server.url.replace('//', '//app:secret@');
  const { store } = open({ url, refusalInterval: 30_000 });
  for (let round = 0; round < 20; round += 1) {
    await expect(store.get('app:key')).rejects.toMatchObject({ code: 'WRONGPASS' });
  }
  const before = await attempts(server);
  await until('Time passes', async () => (await server.command('DEBUG SLEEP 0.3')) !== '');
  expect(await attempts(server)).toBeLessThan(before + 4);
});

test('a missing password is told once, and heals when none is wanted', async () => {
  const server = await start('--requirepass', 'secret');
  const { store, told } = open({ url: server.url });
  const expected = { code: 'NOAUTH', isPermanent: true };
  await expect(store.get('app:key')).rejects.toMatchObject(expected);
  await expect(store.set('app:key', 'value')).rejects.toMatchObject(expected);
  expect(told).toEqual([expect.objectContaining(expected)]);
  await server.command('AUTH secret\r\nCONFIG SET requirepass ""');
  await until('It heals', () => works(store));
});

test('a password that the server does not want is told', async () => {
  const server = await start();
  const { store } = open({ url: server.url.replace('//', '//:secret@') });
  const expected = { code: 'NO_PASSWORD_SET', isPermanent: true };
  await expect(store.get('app:key')).rejects.toMatchObject(expected);
});

test('a database is taken by its number, and one that is not there is told', async () => {
  const server = await start('--databases', '4');
  const { store } = open({ url: `${server.url}/3` });
  await store.set('app:key', 'value');
  expect(await server.command('DBSIZE')).toBe(':0\r\n');
  const { store: wrong, told } = open({ url: `${server.url}/4` });
  const expected = { code: 'UNKNOWN_DATABASE', isPermanent: true };
  await expect(wrong.get('app:key')).rejects.toMatchObject(expected);
  expect(told).toEqual([expect.objectContaining(expected)]);
});

test('a user without the right to a key or a command is told so, each time', async () => {
  const server = await start();
  await server.command('ACL SETUSER app on >secret ~app:* +mget +set');
  const { store, told } = open({ url: server.url.replace('//', '//app:secret@') });
  await store.set('app:key', 'value');
  expect(await store.get('app:key')).toBe('value');
  const expected = { name: 'RedisRefusedError', code: 'NOPERM', isPermanent: true };
  await expect(store.get('other:key')).rejects.toMatchObject(expected);
  await expect(store.delete('app:key')).rejects.toMatchObject(expected);
  await expect(store.scan('app:').next()).rejects.toMatchObject(expected);
  expect(told).toEqual([]);
});

test('no fault repeats the password', async () => {
  const server = await start();
  const { store, told } = open({ url: server.url.replace('//', '//app:hunter2@') });
  const fault: unknown = await store.get('key').catch((error) => error);
  const texts = [fault, ...told].map((error) => `${error} ${JSON.stringify(error)}`);
  const causes = told.map(({ cause }) => String(cause));
  expect([...texts, ...causes].join()).not.toContain('hunter2');
});
