import { setTimeout as delay } from 'node:timers/promises';
import { type RedisStore, type RedisStoreOptions, redisStore } from '@cached-llm/store-redis';
import { freePort, type RedisServer, startRedis } from '@cached-llm/testing';
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

function open(options: string | RedisStoreOptions): RedisStore {
  const store = redisStore(options);
  stores.push(store);
  return store;
}

function outcomesOf(store: RedisStore): Promise<PromiseSettledResult<unknown>[]> {
  return Promise.allSettled([
    store.get('key'),
    store.getMany(['key', 'other']),
    store.set('key', 'value'),
    store.delete('key'),
    store.has('key'),
    store.scan('').next(),
  ]);
}

async function codesOf(store: RedisStore): Promise<unknown[]> {
  const outcomes = await outcomesOf(store);
  return outcomes.map((outcome) => (outcome.status === 'rejected' ? outcome.reason.code : 'done'));
}

async function millisecondsOf(run: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await run();
  return performance.now() - startedAt;
}

async function untilItWorks(store: RedisStore): Promise<void> {
  const deadline = performance.now() + 5000;
  while (performance.now() < deadline) {
    if (await store.set('probe', 'value').catch(() => false)) return;
    await delay(10);
  }
  throw new Error('The store did not heal.');
}

test('with no server every operation rejects at once, and says why', async () => {
  const store = open(`redis://127.0.0.1:${await freePort()}`);
  expect(await millisecondsOf(() => outcomesOf(store))).toBeLessThan(500);
  expect(await codesOf(store)).toEqual(Array(6).fill('ECONNREFUSED'));
  expect(await millisecondsOf(() => outcomesOf(store))).toBeLessThan(250);
});

test('a server that comes up later is found', async () => {
  const port = await freePort();
  const store = open(`redis://127.0.0.1:${port}`);
  await outcomesOf(store);
  servers.push(await startRedis({ port }));
  await untilItWorks(store);
  expect(await store.get('probe')).toBe('value');
});

test('a server that was killed makes operations reject at once, and heals by itself', async () => {
  const server = await start();
  const store = open(server.url);
  await store.set('key', 'value');
  await server.kill();
  await store.get('key').catch(() => {});
  expect(await millisecondsOf(() => outcomesOf(store))).toBeLessThan(250);
  expect((await codesOf(store)).includes('done')).toBe(false);
  await server.restart();
  await untilItWorks(store);
  expect(await store.get('key')).toBe(undefined);
});

test('an outage is told once, however long, and the next one again', async () => {
  const server = await start();
  const store = open(server.url);
  const told: string[] = [];
  store.on('error', (error) => told.push(error.message));
  await store.set('key', 'value');
  await server.kill();
  for (let round = 0; round < 10; round += 1) {
    await outcomesOf(store);
    await delay(40);
  }
  expect(new Set(told).size).toBe(told.length);
  const before = told.length;
  await server.restart();
  await untilItWorks(store);
  await server.kill();
  await outcomesOf(store);
  await delay(20);
  expect(told.length).toBeGreaterThan(before);
});

test('a server that hangs makes what waits reject, and heals by itself', async () => {
  const server = await start();
  const store = open({ url: server.url, socketTimeout: 120, pingInterval: 30 });
  await store.set('key', 'value');
  server.pause();
  const waited = await millisecondsOf(() => expect(store.get('key')).rejects.toThrow());
  expect(waited).toBeLessThan(2000);
  server.resume();
  await untilItWorks(store);
  expect(await store.get('key')).toBe('value');
});

test('a server that hangs under steady traffic is noticed as well', async () => {
  const server = await start();
  const store = open({ url: server.url, socketTimeout: 120, pingInterval: 30 });
  await store.set('key', 'value');
  server.pause();
  let isWaiting = true;
  const first = store.get('key').catch(() => {
    isWaiting = false;
  });
  const startedAt = performance.now();
  while (isWaiting && performance.now() - startedAt < 2000) {
    store.get('key').catch(() => {});
    await delay(5);
  }
  expect(isWaiting).toBe(false);
  await first;
  server.resume();
});

test('a process that was busy for longer than a server may be silent keeps its connection', async () => {
  const server = await start();
  const store = open({ url: server.url, socketTimeout: 60, pingInterval: 20 });
  const told: unknown[] = [];
  store.on('error', (error) => told.push(error));
  await store.set('key', 'value');
  for (let round = 0; round < 5; round += 1) {
    const reading = store.get('key');
    const busyUntil = performance.now() + 150;
    while (performance.now() < busyUntil);
    expect(await reading).toBe('value');
  }
  expect(told).toEqual([]);
});

test('an idle connection is kept alive by pings', async () => {
  const server = await start();
  const store = open({ url: server.url, socketTimeout: 60, pingInterval: 15 });
  const told: unknown[] = [];
  store.on('error', (error) => told.push(error));
  await store.set('key', 'value');
  for (let round = 0; round < 5; round += 1) await delay(40);
  expect(await store.get('key')).toBe('value');
  expect(told).toEqual([]);
});

test('a server that accepts and never answers holds the first operation up for connectTimeout only', async () => {
  const server = await start();
  server.pause();
  const store = open({ url: server.url, connectTimeout: 50, socketTimeout: 600, pingInterval: 50 });
  expect(await millisecondsOf(() => outcomesOf(store))).toBeLessThan(500);
  expect(await millisecondsOf(() => outcomesOf(store))).toBeLessThan(250);
  expect(await millisecondsOf(() => store.disconnect())).toBeLessThan(1500);
  server.resume();
});

test('disconnecting from a server that hangs is quick, and what waits rejects', async () => {
  const server = await start();
  const store = open(server.url);
  await store.set('key', 'value');
  server.pause();
  const waiting = store.get('key').catch((error) => error.constructor.name);
  await delay(10);
  expect(await millisecondsOf(() => store.disconnect())).toBeLessThan(500);
  expect(await waiting).toMatch(/Error/);
  server.resume();
});

test('a wrong password rejects every operation, and names the fault', async () => {
  const server = await start('--requirepass', 'secret');
  const store = open(server.url.replace('//', '//:wrong@'));
  expect(await codesOf(store)).toEqual(Array(6).fill('WRONGPASS'));
});

test('a password that is missing rejects every operation', async () => {
  const server = await start('--requirepass', 'secret');
  const outcomes = await outcomesOf(open(server.url));
  expect(outcomes.map(({ status }) => status)).toEqual(Array(6).fill('rejected'));
});

test('the right password opens', async () => {
  const server = await start('--requirepass', 'se/cr et%');
  const store = open(server.url.replace('//', `//:${encodeURIComponent('se/cr et%')}@`));
  expect(await store.set('key', 'value')).toBe(true);
});

test('a full server rejects a set, and still reads', async () => {
  const server = await start('--maxmemory', '3mb', '--maxmemory-policy', 'noeviction');
  const store = open(server.url);
  await store.set('key', 'value');
  const long = 'x'.repeat(500_000);
  const sets = [1, 2, 3, 4, 5, 6, 7, 8].map((number) => store.set(`long:${number}`, long));
  const refused = (await Promise.allSettled(sets)).filter(({ status }) => status === 'rejected');
  expect(refused.length).toBeGreaterThan(0);
  await expect(store.set('more', long)).rejects.toThrow('OOM');
  expect(await store.get('key')).toBe('value');
});
