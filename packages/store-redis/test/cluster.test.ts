import { type RedisStore, type RedisStoreOptions, redisStore } from '@cached-llm/store-redis';
import {
  freePort,
  type RedisCluster,
  startRedis,
  startRedisCluster,
  until,
} from '@cached-llm/testing';
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { hashSlot } from '../src/hash-slot.ts';

let cluster: RedisCluster;
const stores: RedisStore[] = [];

beforeAll(async () => {
  cluster = await startRedisCluster({ replicas: 1 });
});

afterEach(async () => {
  await Promise.all(stores.splice(0).map((store) => store.disconnect()));
});

afterAll(() => cluster.stop());

function open(options: RedisStoreOptions): RedisStore {
  const store = redisStore(options);
  stores.push(store);
  return store;
}

const numbers = Array.from({ length: 300 }, (_, number) => number);

async function sizes(): Promise<number[]> {
  const replies = await Promise.all(cluster.masters.map((server) => server.command('DBSIZE')));
  return replies.map((reply) => Number(reply.slice(1)));
}

/** A key on the n-th master, which has the n-th third of the slots. */
function keyOn(master: number, name = ''): string {
  const third = Math.ceil(16_384 / 3);
  const isThere = (key: string) => Math.floor(hashSlot(key) / third) === master;
  const key = numbers.map((number) => `${name}key ${number}`).find(isThere);
  if (key === undefined) throw new Error('No such key.');
  return key;
}

test.each([
  'foo',
  '{user1000}.following',
  'foo{}{bar}',
  'foo{{bar}}zap',
  'foo{bar}{zap}',
  'foo}{bar',
  'ключ-🔑',
  'k'.repeat(300),
])('the slot of %s is the one that the servers have it in', async (key) => {
  expect(await cluster.masters[0]?.command(`CLUSTER KEYSLOT ${key}`)).toBe(`:${hashSlot(key)}\r\n`);
});

test('rows are spread over all masters, and read, scanned and deleted from all', async () => {
  const store = open({ cluster: cluster.urls });
  const keys = numbers.map((number) => `a:${number}`);
  await Promise.all(keys.map((key) => store.set(key, `value of ${key}`)));
  expect((await sizes()).every((size) => size > 50)).toBe(true);
  expect(await store.getMany([...keys, 'absent'])).toEqual([
    ...keys.map((key) => `value of ${key}`),
    undefined,
  ]);
  const scanned: string[] = [];
  for await (const { key } of store.scan('a:')) scanned.push(key);
  expect(new Set(scanned)).toEqual(new Set(keys));
  expect(await store.deleteMany(keys)).toBe(true);
  expect(await store.hasMany(keys)).toEqual(keys.map(() => false));
});

test('one node is enough to find the others, and a root that is gone is passed over', async () => {
  const gone = `redis://127.0.0.1:${await freePort()}`;
  const store = open({ cluster: [gone, String(cluster.urls[1])] });
  await Promise.all([0, 1, 2].map((master) => store.set(keyOn(master), 'value')));
  expect(await store.getMany([keyOn(0), keyOn(1), keyOn(2)])).toEqual(Array(3).fill('value'));
});

test('slots that move are followed, while they move and afterwards', async () => {
  const [from, to] = cluster.masters;
  if (from === undefined || to === undefined) throw new Error('No masters.');
  const [fromId, toId] = await Promise.all(
    [from, to].map(async (server) => (await server.command('CLUSTER MYID')).split('\r\n')[1]),
  );
  const store = open({ cluster: cluster.urls });
  const key = keyOn(0, 'moving ');
  await store.set(key, 'before');
  const slot = hashSlot(key);
  await to.command(`CLUSTER SETSLOT ${slot} IMPORTING ${fromId}`);
  await from.command(`CLUSTER SETSLOT ${slot} MIGRATING ${toId}`);
  await from.command(`MIGRATE 127.0.0.1 ${to.port} "${key}" 0 5000`);
  expect(await store.get(key)).toBe('before');
  await store.set(key, 'meanwhile');
  expect(await store.get(key)).toBe('meanwhile');
  await to.command(`CLUSTER SETSLOT ${slot} NODE ${toId}`);
  await from.command(`CLUSTER SETSLOT ${slot} NODE ${toId}`);
  expect(await store.get(key)).toBe('meanwhile');
  expect(await store.deleteMany([key])).toBe(true);
});

test('a master that dies takes its own rows along and no others, and comes back', async () => {
  const store = open({ cluster: cluster.urls });
  const told: unknown[] = [];
  store.on('error', (error) => told.push(error));
  const keys = [keyOn(0), keyOn(1), keyOn(2)] as const;
  await Promise.all(keys.map((key) => store.set(key, 'value')));
  await cluster.masters[2]?.kill();
  await expect(store.get(keys[2])).rejects.toMatchObject({ isPartial: true, isPermanent: false });
  await expect(store.getMany([...keys])).rejects.toMatchObject({ isPartial: true });
  expect(await store.getMany([keys[0], keys[1]])).toEqual(['value', 'value']);
  await store.set(keys[0], 'more');
  expect(await store.get(keys[0])).toBe('more');
  expect(told.length).toBeGreaterThan(0);
  expect(told.length).toBeLessThan(4);
  await cluster.masters[2]?.restart();
  await until('The master is back', () => store.set(keys[2], 'again').catch(() => false));
  expect(await store.getMany([...keys])).toEqual(['more', 'value', 'again']);
});

test('a replica that takes over is found', async () => {
  const [master] = cluster.masters;
  const [replica] = cluster.replicas;
  const store = open({ cluster: cluster.urls });
  const key = keyOn(0, 'over ');
  await store.set(key, 'kept');
  await until(
    'The replica has it',
    async () => (await replica?.command('DBSIZE')) === (await master?.command('DBSIZE')),
  );
  await master?.kill();
  await replica?.command('CLUSTER FAILOVER TAKEOVER');
  await until('The replica answers', () => store.get(key).catch(() => false));
  expect(await store.get(key)).toBe('kept');
  await master?.restart();
});

test('a cluster that is not there makes every operation reject at once, and is found later', async () => {
  const alone = await startRedisCluster({ masters: 1 });
  await alone.masters[0]?.kill();
  const store = open({ cluster: alone.urls });
  await expect(store.get('key')).rejects.toMatchObject({ code: 'ECONNREFUSED', isPartial: false });
  await expect(store.getMany(['key', 'other'])).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  await expect(store.scan('').next()).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  await alone.masters[0]?.restart();
  await until('The cluster is found', () => store.set('key', 'value').catch(() => false));
  expect(await store.get('key')).toBe('value');
  await alone.stop();
});

test('a server that is no cluster is a mistake, and no outage', async () => {
  const server = await startRedis();
  const store = open({ cluster: [server.url] });
  await expect(store.get('key')).rejects.toMatchObject({
    code: 'NOT_A_CLUSTER',
    isPermanent: true,
  });
  await server.stop();
});
