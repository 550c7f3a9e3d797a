import { getEventListeners } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import type { RedisStore } from '@cached-llm/store-redis';
import { freePort, until } from '@cached-llm/testing';
import { expect, test } from '@jest/globals';
import { createRedisClient } from '../../src/redis-client.ts';
import { errorsOf, openStore, startServer, urlAs } from '../resources.ts';

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

const untilItWorks = (store: RedisStore) =>
  until('The store heals', () => store.set('probe', 'value').catch(() => false));

test('while the server is away every operation rejects at once with the code of the failure', async () => {
  const store = openStore(`redis://127.0.0.1:${await freePort()}`);
  expect(await millisecondsOf(() => outcomesOf(store))).toBeLessThan(500);
  expect(await codesOf(store)).toEqual(Array(6).fill('ECONNREFUSED'));
  expect(await millisecondsOf(() => outcomesOf(store))).toBeLessThan(250);
});

test('a server that comes up later is used', async () => {
  const port = await freePort();
  const store = openStore(`redis://127.0.0.1:${port}`);
  await outcomesOf(store);
  await startServer({ port });
  await untilItWorks(store);
  expect(await store.get('probe')).toBe('value');
});

test('after the server was killed operations reject at once, and the store heals by itself', async () => {
  const server = await startServer();
  const store = openStore(server.url);
  await store.set('key', 'value');
  await server.kill();
  await store.get('key').catch(() => {});
  expect(await millisecondsOf(() => outcomesOf(store))).toBeLessThan(250);
  expect((await codesOf(store)).includes('done')).toBe(false);
  await server.restart();
  await untilItWorks(store);
  expect(await store.get('key')).toBe(undefined);
});

test('an outage emits each kind of error once, however long it lasts, and so does the next outage', async () => {
  const server = await startServer();
  const store = openStore(server.url);
  const errors = errorsOf(store);
  await store.set('key', 'value');
  await server.kill();
  for (let round = 0; round < 10; round += 1) {
    await outcomesOf(store);
    await delay(40);
  }
  expect(new Set(errors.map(({ message }) => message)).size).toBe(errors.length);
  const before = errors.length;
  await server.restart();
  await untilItWorks(store);
  await server.kill();
  await outcomesOf(store);
  await delay(20);
  expect(errors.length).toBeGreaterThan(before);
});

test('operations that wait for a server that hangs reject, and the store heals by itself', async () => {
  const server = await startServer();
  const store = openStore({ url: server.url, socketTimeout: 120, pingInterval: 30 });
  await store.set('key', 'value');
  server.pause();
  const waited = await millisecondsOf(() => expect(store.get('key')).rejects.toThrow());
  expect(waited).toBeLessThan(2000);
  server.resume();
  await untilItWorks(store);
  expect(await store.get('key')).toBe('value');
});

test('a server that hangs under steady traffic is noticed as well', async () => {
  const server = await startServer();
  const store = openStore({ url: server.url, socketTimeout: 120, pingInterval: 30 });
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

test('a process that was busy for longer than `socketTimeout` does not lose its connection', async () => {
  const server = await startServer();
  const store = openStore({ url: server.url, socketTimeout: 60, pingInterval: 20 });
  const errors = errorsOf(store);
  await store.set('key', 'value');
  for (let round = 0; round < 5; round += 1) {
    const reading = store.get('key');
    const busyUntil = performance.now() + 150;
    while (performance.now() < busyUntil);
    expect(await reading).toBe('value');
  }
  expect(errors).toEqual([]);
});

test('pings prevent the end of an idle connection', async () => {
  const server = await startServer();
  const store = openStore({ url: server.url, socketTimeout: 60, pingInterval: 15 });
  const errors = errorsOf(store);
  await store.set('key', 'value');
  for (let round = 0; round < 5; round += 1) await delay(40);
  expect(await store.get('key')).toBe('value');
  expect(errors).toEqual([]);
});

test('a process that is busy while it connects does not take the server for one that is away', async () => {
  const { url } = await startServer();
  const store = openStore({ url, connectTimeout: 40 });
  const faults = errorsOf(store);
  const writing = store.set('key', 'value');
  for (let turns = 0; turns < 3; turns += 1) {
    for (const until = performance.now() + 100; performance.now() < until; );
    await new Promise(setImmediate);
  }
  await writing;
  expect([await store.get('key'), faults]).toEqual(['value', []]);
});

test('for a server that accepts and never answers the first operation waits for `connectTimeout` only', async () => {
  const server = await startServer();
  server.pause();
  const store = openStore({
    url: server.url,
    connectTimeout: 50,
    socketTimeout: 600,
    pingInterval: 50,
  });
  expect(await millisecondsOf(() => outcomesOf(store))).toBeLessThan(500);
  expect(await millisecondsOf(() => outcomesOf(store))).toBeLessThan(250);
  expect(await millisecondsOf(() => store.disconnect())).toBeLessThan(1500);
  server.resume();
});

test('disconnecting from a server that hangs is quick, and the operations that wait reject', async () => {
  const server = await startServer();
  const store = openStore(server.url);
  await store.set('key', 'value');
  server.pause();
  const waiting = store.get('key').catch((error) => error.constructor.name);
  await delay(10);
  expect(await millisecondsOf(() => store.disconnect())).toBeLessThan(500);
  expect(await waiting).toMatch(/Error/);
  server.resume();
});

test('with a wrong password every operation rejects with the code of the server', async () => {
  const server = await startServer({ arguments: ['--requirepass', 'secret'] });
  const store = openStore(urlAs(server, '', 'wrong'));
  expect(await codesOf(store)).toEqual(Array(6).fill('WRONGPASS'));
});

test('without the password every operation rejects', async () => {
  const server = await startServer({ arguments: ['--requirepass', 'secret'] });
  const outcomes = await outcomesOf(openStore(server.url));
  expect(outcomes.map(({ status }) => status)).toEqual(Array(6).fill('rejected'));
});

test('a password with reserved characters is accepted', async () => {
  const server = await startServer({ arguments: ['--requirepass', 'se/cr et%'] });
  const store = openStore(urlAs(server, '', 'se/cr et%'));
  expect(await store.set('key', 'value')).toBe(true);
});

test('a server whose memory is full rejects a set, and still reads', async () => {
  const limits = ['--maxmemory', '3mb', '--maxmemory-policy', 'noeviction'];
  const server = await startServer({ arguments: limits });
  const store = openStore(server.url);
  await store.set('key', 'value');
  const long = 'x'.repeat(500_000);
  const sets = [1, 2, 3, 4, 5, 6, 7, 8].map((number) => store.set(`long:${number}`, long));
  const refused = (await Promise.allSettled(sets)).filter(({ status }) => status === 'rejected');
  expect(refused.length).toBeGreaterThan(0);
  await expect(store.set('more', long)).rejects.toThrow('OOM');
  expect(await store.get('key')).toBe('value');
});

test('connecting again and again leaves no listener behind', async () => {
  const { url } = await startServer();
  const client = createRedisClient({
    url,
    connectTimeout: 1_000,
    socketTimeout: 1_500,
    tls: undefined,
  });
  for (let connections = 0; connections < 3; connections += 1) {
    await client.connect();
    client.destroy();
  }
  const { signal } = Object(client.options.socket);
  expect(signal).toBeInstanceOf(AbortSignal);
  expect(getEventListeners(signal, 'abort')).toEqual([]);
});
