import {
  freePort,
  type RedisSentinel,
  type RedisServer,
  startRedisSentinel,
  until,
} from '@cached-llm/testing';
import { expect, test } from '@jest/globals';
import { afterThisTest, errorsOf, openStore, startServer } from './resources.ts';

const NAME = 'main_master-1';

interface Watched {
  readonly master: RedisServer;
  readonly replica: RedisServer;
  readonly sentinel: RedisSentinel;
}

async function startSentinel(master: RedisServer, replicas = 0): Promise<RedisSentinel> {
  const sentinel = await startRedisSentinel({ name: NAME, masterPort: master.port, replicas });
  afterThisTest(() => sentinel.stop());
  return sentinel;
}

async function startWatched(): Promise<Watched> {
  const quick = ['--repl-diskless-sync-delay', '0'];
  const master = await startServer({ arguments: quick });
  const replica = await startServer({
    arguments: [...quick, '--replicaof', '127.0.0.1', `${master.port}`],
  });
  const sentinel = await startSentinel(master, 1);
  await until('The replica is linked', async () =>
    (await replica.command('INFO replication')).includes('master_link_status:up'),
  );
  return { master, replica, sentinel };
}

test('the master that the sentinels name is used, and the next one when it dies', async () => {
  const { master, replica, sentinel } = await startWatched();
  const away = `redis://127.0.0.1:${await freePort()}`;
  const store = openStore({ url: `redis://${NAME}`, sentinels: [away, sentinel.url] });
  const errors = errorsOf(store);
  await store.set('key', 'value');
  expect(await master.command('GET key')).toContain('cached-llm value');
  await until('The row is replicated', async () =>
    (await replica.command('GET key')).includes('value'),
  );
  await master.kill();
  await until('The replica is master', () => store.set('next', 'value').catch(() => false));
  expect(await replica.command('GET next')).toContain('cached-llm value');
  expect(await store.getMany(['key', 'next'])).toEqual(['value', 'value']);
  expect(errors.length).toBeLessThan(5);
});

test('a master that becomes a replica is left for the new master', async () => {
  const { master, replica, sentinel } = await startWatched();
  const store = openStore({ url: `redis://${NAME}`, sentinels: [sentinel.url] });
  await store.set('key', 'value');
  await replica.command('REPLICAOF NO ONE');
  await master.command(`REPLICAOF 127.0.0.1 ${replica.port}`);
  await sentinel.command(`SENTINEL REMOVE ${NAME}`);
  await sentinel.command(`SENTINEL MONITOR ${NAME} 127.0.0.1 ${replica.port} 1`);
  await expect(store.set('key', 'refused')).rejects.toMatchObject({ code: 'READONLY' });
  await until('Writes go to the new master', () => store.set('key', 'later').catch(() => false));
  expect(await replica.command('GET key')).toContain('later');
});

test('a master that no sentinel knows is a permanent fault', async () => {
  const sentinel = await startSentinel(await startServer());
  const store = openStore({ url: 'redis://another', sentinels: [sentinel.url] });
  const expected = { code: 'UNKNOWN_MASTER', isPermanent: true };
  await expect(store.get('key')).rejects.toMatchObject(expected);
});

test('while no sentinel replies every operation rejects at once', async () => {
  const sentinels = [`redis://127.0.0.1:${await freePort()}`];
  const store = openStore({ url: `redis://${NAME}`, sentinels });
  const expected = { code: 'ECONNREFUSED', isPermanent: false };
  await expect(store.get('key')).rejects.toMatchObject(expected);
  await expect(store.set('key', 'value')).rejects.toMatchObject(expected);
});
