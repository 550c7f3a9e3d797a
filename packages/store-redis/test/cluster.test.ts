import { freePort, startRedisCluster, until } from '@cached-llm/testing';
import { afterAll, expect, test } from '@jest/globals';
import { hashSlot } from '../src/hash-slot.ts';
import { afterThisTest, errorsOf, openStore, startServer } from './resources.ts';

const cluster = await startRedisCluster({ replicas: 1 });
afterAll(() => cluster.stop());

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
])('the hash slot of %s is the one that the servers compute', async (key) => {
  expect(await cluster.masters[0]?.command(`CLUSTER KEYSLOT ${key}`)).toBe(`:${hashSlot(key)}\r\n`);
});

test('rows are spread over all masters, and are read, scanned and deleted on all of them', async () => {
  const store = openStore({ cluster: cluster.urls });
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

test('one node is enough to find the others, and a node that is away is skipped', async () => {
  const away = `redis://127.0.0.1:${await freePort()}`;
  const store = openStore({ cluster: [away, String(cluster.urls[1])] });
  await Promise.all([0, 1, 2].map((master) => store.set(keyOn(master), 'value')));
  expect(await store.getMany([keyOn(0), keyOn(1), keyOn(2)])).toEqual(Array(3).fill('value'));
});

test('a slot that moves is followed, while it moves and afterwards', async () => {
  const [from, to] = cluster.masters;
  if (from === undefined || to === undefined) throw new Error('No masters.');
  const [fromId, toId] = await Promise.all(
    [from, to].map(async (server) => (await server.command('CLUSTER MYID')).split('\r\n')[1]),
  );
  const store = openStore({ cluster: cluster.urls });
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

test('a master that dies affects only its own rows, and is used again when it is back', async () => {
  const store = openStore({ cluster: cluster.urls });
  const errors = errorsOf(store);
  const keys = [keyOn(0), keyOn(1), keyOn(2)] as const;
  await Promise.all(keys.map((key) => store.set(key, 'value')));
  await cluster.masters[2]?.kill();
  await expect(store.get(keys[2])).rejects.toMatchObject({ isPartial: true, isPermanent: false });
  await expect(store.getMany([...keys])).rejects.toMatchObject({ isPartial: true });
  expect(await store.getMany([keys[0], keys[1]])).toEqual(['value', 'value']);
  await store.set(keys[0], 'more');
  expect(await store.get(keys[0])).toBe('more');
  expect(errors.length).toBeGreaterThan(0);
  expect(errors.length).toBeLessThan(4);
  await cluster.masters[2]?.restart();
  await until('The master is back', () => store.set(keys[2], 'again').catch(() => false));
  expect(await store.getMany([...keys])).toEqual(['more', 'value', 'again']);
});

test('a replica that takes over is used', async () => {
  const [master] = cluster.masters;
  const [replica] = cluster.replicas;
  const store = openStore({ cluster: cluster.urls });
  const key = keyOn(0, 'over ');
  await store.set(key, 'value');
  await until(
    'The replica has the row',
    async () => (await replica?.command('DBSIZE')) === (await master?.command('DBSIZE')),
  );
  await master?.kill();
  await replica?.command('CLUSTER FAILOVER TAKEOVER');
  await until('The replica answers', () => store.get(key).catch(() => false));
  expect(await store.get(key)).toBe('value');
  await master?.restart();
});

test('while a cluster is away every operation rejects at once, and the cluster is used when it comes up', async () => {
  const single = await startRedisCluster({ masters: 1 });
  afterThisTest(() => single.stop());
  await single.masters[0]?.kill();
  const store = openStore({ cluster: single.urls });
  await expect(store.get('key')).rejects.toMatchObject({ code: 'ECONNREFUSED', isPartial: false });
  await expect(store.getMany(['key', 'other'])).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  await expect(store.scan('').next()).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  await single.masters[0]?.restart();
  await until('The cluster is found', () => store.set('key', 'value').catch(() => false));
  expect(await store.get('key')).toBe('value');
});

test('a server without cluster mode is a permanent fault', async () => {
  const server = await startServer();
  const store = openStore({ cluster: [server.url] });
  await expect(store.get('key')).rejects.toMatchObject({
    code: 'NOT_A_CLUSTER',
    isPermanent: true,
  });
});
