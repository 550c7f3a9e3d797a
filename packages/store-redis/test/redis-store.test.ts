import { setTimeout as delay } from 'node:timers/promises';
import { type RedisStore, redisStore } from '@cached-llm/store-redis';
import { until } from '@cached-llm/testing';
import { beforeEach, expect, test } from '@jest/globals';
import { openStore, startSharedServer } from './resources.ts';

const { server, client } = await startSharedServer();
let store: RedisStore;

beforeEach(async () => {
  await client.flushAll();
  store = openStore({ url: server.url, connectTimeout: 30_000 });
});

async function keysUnder(prefix: string): Promise<string[]> {
  const keys: string[] = [];
  for await (const { key } of store.scan(prefix)) keys.push(key);
  return keys.sort();
}

test('the first operation waits for the connection', async () => {
  await store.set('key', 'value');
  expect(await store.get('key')).toBe('value');
});

test('keys are stored as given, and the server holds the expiry', async () => {
  await store.set('a:key', 'value', 60_000.5);
  await store.set('for ever', 'value');
  expect(await client.keys('*')).toEqual(expect.arrayContaining(['a:key', 'for ever']));
  expect(await client.pTTL('a:key')).toBeGreaterThan(59_000);
  expect(await client.pTTL('for ever')).toBe(-1);
});

test.each([
  [Number.POSITIVE_INFINITY, -1],
  [Number.NaN, -1],
  [1e21, -1],
  [0, -1],
])('a row with a ttl of %d never expires', async (ttl, expected) => {
  await store.set('key', 'value', ttl);
  expect(await client.pTTL('key')).toBe(expected);
});

test('a row with a negative ttl is absent', async () => {
  await store.set('key', 'value', -5);
  await delay(5);
  expect(await store.get('key')).toBe(undefined);
});

test('rows of other applications under the prefix are absent, and a scan skips them', async () => {
  await store.set('a:ours', 'value');
  await client.set('a:text', 'of another application');
  await client.set('a:json', '{"value":"of another Keyv"}');
  await client.hSet('a:hash', 'field', 'value');
  await client.rPush('a:list', 'element');
  expect(await keysUnder('a:')).toEqual(['a:ours']);
  const keys = ['a:ours', 'a:text', 'a:json', 'a:hash', 'a:list'];
  expect(await Promise.all(keys.map((key) => store.get(key)))).toEqual(['value', ...Array(4)]);
  expect(await store.getMany(keys)).toEqual(['value', ...Array(4)]);
});

test('a row of another application can be overwritten, whatever its type', async () => {
  await client.hSet('key', 'field', 'value');
  await store.set('key', 'ours');
  expect(await store.get('key')).toBe('ours');
});

test('a scan yields no key outside its prefix, and `clear` is refused', async () => {
  await client.set('session:1', 'of another application');
  await store.set('a*:1', 'value');
  await store.set('ab:1', 'value');
  for (const key of await keysUnder('a*')) await store.delete(key);
  await expect(store.clear()).rejects.toThrow('scan a prefix');
  expect((await client.keys('*')).sort()).toEqual(['ab:1', 'session:1']);
});

test('many rows are written at once, and the result says which', async () => {
  const entries = ['1', '2'].map((key) => ({ key, value: `value ${key}`, ttl: 1000.5 }));
  expect(await store.setMany(entries)).toEqual([true, true]);
  expect(await store.has('1')).toBe(true);
  expect(await store.deleteMany(['1', '2'])).toBe(true);
  expect(await store.hasMany(['1', '2'])).toEqual([false, false]);
});

test('after a disconnect every operation rejects at once, and another disconnect does nothing', async () => {
  await store.set('key', 'value');
  await Promise.all([store.disconnect(), store.disconnect()]);
  await store.disconnect();
  await expect(store.get('key')).rejects.toThrow('no connection');
  await expect(store.set('key', 'value')).rejects.toThrow('no connection');
});

test('a disconnect right after the store was made leaves no connection', async () => {
  const connections = async () => {
    const list = await client.sendCommand(['CLIENT', 'LIST']);
    return String(list).trim().split('\n').length;
  };
  const before = await connections();
  const brief = redisStore(server.url);
  await brief.disconnect();
  // A server may answer this client before it sees that the other one has closed.
  await until('The connection is closed', async () => (await connections()) <= before);
});

test('a value that is not a string is refused', async () => {
  // The type forbids it, but JavaScript allows it.
  await expect(store.set('key', 5 as never)).rejects.toThrow('strings, not number');
});
