import { type RedisStore, type RedisStoreOptions, redisStore } from '@cached-llm/store-redis';
import {
  freePort,
  type RedisSentinel,
  type RedisServer,
  startRedis,
  startRedisSentinel,
  until,
} from '@cached-llm/testing';
import { afterEach, expect, test } from '@jest/globals';

const NAME = 'main_master-1';
const stores: RedisStore[] = [];
const started: { stop(): Promise<void> }[] = [];

afterEach(async () => {
  await Promise.all(stores.splice(0).map((store) => store.disconnect()));
  await Promise.all(started.splice(0).map((server) => server.stop()));
});

function open(options: RedisStoreOptions): RedisStore {
  const store = redisStore(options);
  stores.push(store);
  return store;
}

interface Watched {
  readonly master: RedisServer;
  readonly replica: RedisServer;
  readonly sentinel: RedisSentinel;
}

async function startWatched(): Promise<Watched> {
  const quick = ['--repl-diskless-sync-delay', '0'];
  const master = await startRedis({ arguments: quick });
  started.push(master);
  const replicaof = ['--replicaof', '127.0.0.1', `${master.port}`];
  const replica = await startRedis({
    arguments: ['--repl-diskless-sync-delay', '0', ...replicaof],
  });
  started.push(replica);
  const options = { name: NAME, masterPort: master.port, replicas: 1 };
  const sentinel = await startRedisSentinel(options);
  started.push(sentinel);
  await until('The replica is linked', async () =>
    (await replica.command('INFO replication')).includes('master_link_status:up'),
  );
  return { master, replica, sentinel };
}

test('the master that the sentinels name is used, and the next one where it dies', async () => {
  const { master, replica, sentinel } = await startWatched();
  const gone = `redis://127.0.0.1:${await freePort()}`;
  const store = open({ url: `redis://${NAME}`, sentinels: [gone, sentinel.url] });
  const told: unknown[] = [];
  store.on('error', (error) => told.push(error));
  await store.set('key', 'value');
  expect(await master.command('GET key')).toContain('cached-llm value');
  await until('It is copied', async () => (await replica.command('GET key')).includes('value'));
  await master.kill();
  await until('The replica is master', () => store.set('next', 'value').catch(() => false));
  expect(await replica.command('GET next')).toContain('cached-llm value');
  expect(await store.getMany(['key', 'next'])).toEqual(['value', 'value']);
  expect(told.length).toBeLessThan(5);
});

test('a master that is made a replica is left for the new one', async () => {
  const { master, replica, sentinel } = await startWatched();
  const store = open({ url: `redis://${NAME}`, sentinels: [sentinel.url] });
  await store.set('key', 'value');
  await replica.command('REPLICAOF NO ONE');
  await master.command(`REPLICAOF 127.0.0.1 ${replica.port}`);
  await sentinel.command(`SENTINEL REMOVE ${NAME}`);
  await sentinel.command(`SENTINEL MONITOR ${NAME} 127.0.0.1 ${replica.port} 1`);
  await expect(store.set('key', 'refused')).rejects.toMatchObject({ code: 'READONLY' });
  await until('Writes go to the new one', () => store.set('key', 'later').catch(() => false));
  expect(await replica.command('GET key')).toContain('later');
});

test('a master that no sentinel knows is a mistake, and no outage', async () => {
  const server = await startRedis();
  started.push(server);
  const sentinel = await startRedisSentinel({ name: NAME, masterPort: server.port });
  started.push(sentinel);
  const store = open({ url: 'redis://another', sentinels: [sentinel.url] });
  const expected = { code: 'UNKNOWN_MASTER', isPermanent: true };
  await expect(store.get('key')).rejects.toMatchObject(expected);
});

test('with no sentinel every operation rejects at once', async () => {
  const sentinels = [`redis://127.0.0.1:${await freePort()}`];
  const store = open({ url: `redis://${NAME}`, sentinels });
  const expected = { code: 'ECONNREFUSED', isPermanent: false };
  await expect(store.get('key')).rejects.toMatchObject(expected);
  await expect(store.set('key', 'value')).rejects.toMatchObject(expected);
});
