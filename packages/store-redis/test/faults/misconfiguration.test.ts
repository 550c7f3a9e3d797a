import type { RedisStore, RedisStoreOptions, RedisUnavailableError } from '@cached-llm/store-redis';
import { type RedisServer, until } from '@cached-llm/testing';
import { expect, test } from '@jest/globals';
import { errorsOf, openStore, startServer, urlAs } from '../resources.ts';

function open(options: RedisStoreOptions) {
  const store = openStore({ refusalInterval: 20, ...options });
  return { store, errors: errorsOf<RedisUnavailableError>(store) };
}

const canWrite = (store: RedisStore) => store.set('app:key', 'value').catch(() => false);

async function attempts(server: RedisServer): Promise<number> {
  const stats = await server.command('INFO stats');
  return Number(/total_connections_received:(\d+)/.exec(stats)?.[1]);
}

test('a wrong password emits one error, is tried again, and heals when the server accepts it', async () => {
  const server = await startServer();
  const { store, errors } = open({ url: urlAs(server, 'app', 'secret') });
  const expected = { code: 'WRONGPASS', isPermanent: true, isPartial: false };
  await expect(store.get('app:key')).rejects.toMatchObject(expected);
  const before = await attempts(server);
  await until('The store tries again', async () => (await attempts(server)) > before + 5);
  expect(errors).toEqual([expect.objectContaining(expected)]);
  await server.command('ACL SETUSER app on >secret ~* +@all');
  await until('The store heals', () => canWrite(store));
  await server.command('ACL SETUSER app <secret >another');
  await server.command('CLIENT KILL USER app');
  await until(
    'The error is emitted again',
    () => errors.at(-1)?.code === 'WRONGPASS' && errors.length > 2,
  );
});

test('a server that refuses the password is asked again after `refusalInterval` only', async () => {
  const server = await startServer();
  const url = urlAs(server, 'app', 'secret');
  const { store } = open({ url, refusalInterval: 30_000 });
  for (let round = 0; round < 20; round += 1) {
    await expect(store.get('app:key')).rejects.toMatchObject({ code: 'WRONGPASS' });
  }
  const before = await attempts(server);
  await until('Time passes', async () => (await server.command('DEBUG SLEEP 0.3')) !== '');
  expect(await attempts(server)).toBeLessThan(before + 4);
});

test('a missing password emits one error, and heals when the server asks for none', async () => {
  const server = await startServer({ arguments: ['--requirepass', 'secret'] });
  const { store, errors } = open({ url: server.url });
  const expected = { code: 'NOAUTH', isPermanent: true };
  await expect(store.get('app:key')).rejects.toMatchObject(expected);
  await expect(store.set('app:key', 'value')).rejects.toMatchObject(expected);
  expect(errors).toEqual([expect.objectContaining(expected)]);
  await server.command('AUTH secret\r\nCONFIG SET requirepass ""');
  await until('The store heals', () => canWrite(store));
});

test('a password for a server that has none is a permanent fault', async () => {
  const server = await startServer();
  const { store } = open({ url: urlAs(server, '', 'secret') });
  const expected = { code: 'NO_PASSWORD_SET', isPermanent: true };
  await expect(store.get('app:key')).rejects.toMatchObject(expected);
});

test('the number of the URL selects the database, and a number that is too high is a permanent fault', async () => {
  const server = await startServer({ arguments: ['--databases', '4'] });
  const { store } = open({ url: `${server.url}/3` });
  await store.set('app:key', 'value');
  expect(await server.command('DBSIZE')).toBe(':0\r\n');
  const { store: wrong, errors } = open({ url: `${server.url}/4` });
  const expected = { code: 'UNKNOWN_DATABASE', isPermanent: true };
  await expect(wrong.get('app:key')).rejects.toMatchObject(expected);
  expect(errors).toEqual([expect.objectContaining(expected)]);
});

test('without the right to a key or a command each operation rejects, and no error is emitted', async () => {
  const server = await startServer();
  await server.command('ACL SETUSER app on >secret ~app:* +mget +set');
  const { store, errors } = open({ url: urlAs(server, 'app', 'secret') });
  await store.set('app:key', 'value');
  expect(await store.get('app:key')).toBe('value');
  const expected = { name: 'RedisRefusedError', code: 'NOPERM', isPermanent: true };
  await expect(store.get('other:key')).rejects.toMatchObject(expected);
  await expect(store.delete('app:key')).rejects.toMatchObject(expected);
  await expect(store.scan('app:').next()).rejects.toMatchObject(expected);
  expect(errors).toEqual([]);
});

test('no error contains the password', async () => {
  const server = await startServer();
  const { store, errors } = open({ url: urlAs(server, 'app', 'hunter2') });
  const fault: unknown = await store.get('key').catch((error) => error);
  const texts = [fault, ...errors].map((error) => `${error} ${JSON.stringify(error)}`);
  const causes = errors.map(({ cause }) => String(cause));
  expect([...texts, ...causes].join()).not.toContain('hunter2');
});
