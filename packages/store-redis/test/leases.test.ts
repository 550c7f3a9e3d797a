import { type RedisStore, redisStore } from '@cached-llm/store-redis';
import { type RedisServer, startRedis, until } from '@cached-llm/testing';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { type Child, startChild } from './child-process.ts';

const LONG = 60_000;
let server: RedisServer;
const stores: RedisStore[] = [];
const children: Child[] = [];

beforeAll(async () => {
  server = await startRedis();
});

beforeEach(() => server.command('FLUSHALL'));

afterEach(async () => {
  await Promise.all(stores.splice(0).map((store) => store.disconnect()));
  for (const { process } of children.splice(0)) process.kill('SIGKILL');
});

afterAll(() => server.stop());

function open(url = server.url): RedisStore {
  const store = redisStore(url);
  stores.push(store);
  return store;
}

function startHolder(token: string, milliseconds: number): Child {
  const child = startChild('lease-process', server.url, token, `${milliseconds}`);
  children.push(child);
  return child;
}

test('of two processes that ask again and again, each lease goes to one', async () => {
  const both = ['first', 'second'].map((token) => startHolder(token, LONG));
  await until('Both have asked', () => both.every(({ printed }) => printed().endsWith('held\n')));
  const [ofFirst, ofSecond] = both.map(({ printed }) => printed().split('\n')[0]?.split(' ') ?? []);
  expect(ofFirst).toEqual(ofSecond);
  expect(ofFirst).toHaveLength(200);
  expect(ofFirst?.every((holder) => holder === 'first' || holder === 'second')).toBe(true);
});

test('the lease of a process that was killed is free when its time is over, and not before', async () => {
  const child = startHolder('killed', 1500);
  await until('It holds the lease', () => child.printed().endsWith('held\n'));
  child.process.kill('SIGKILL');
  await child.ended;
  const { leases } = open();
  const remaining = Number((await server.command('PTTL key-0:lease')).slice(1));
  const holder = await leases.take('key-0', 'next', LONG);
  expect(holder).toBe(remaining > 500 ? 'killed' : holder);
  await until('It is free', async () => (await leases.take('key-0', 'next', LONG)) === 'next');
});

test('a lease lies beside its entry, with a life of its own', async () => {
  const { leases } = open();
  await leases.take('app:1:key', 'token', 1500.4);
  expect(await server.command('KEYS *')).toContain('app:1:key:lease');
  const life = Number((await server.command('PTTL app:1:key:lease')).slice(1));
  expect(life).toBeGreaterThan(0);
  expect(life).toBeLessThanOrEqual(1501);
  await leases.release('app:1:key', 'token');
  expect(await server.command('DBSIZE')).toBe(':0\r\n');
});

test('what another application keeps under the name of a lease is somebody’s, and stays', async () => {
  const { leases } = open();
  await server.command('SET key:lease theirs');
  expect(await leases.take('key', 'token', LONG)).toBe('theirs');
  await leases.release('key', 'token');
  expect(await server.command('GET key:lease')).toContain('theirs');
});

test('without the right to scripts, leases are taken, prolonged, refused and released all the same', async () => {
  await server.command('ACL SETUSER app on >secret ~* +get +set +unlink +pexpire +mget');
  const url = server.url.replace('//', '//app:secret@');
  const [first, second] = [open(url).leases, open(url).leases];
  expect(await first.take('key', 'first', 1500)).toBe('first');
  expect(await second.take('key', 'second', LONG)).toBe('first');
  expect(await first.take('key', 'first', LONG)).toBe('first');
  const life = Number((await server.command('PTTL key:lease')).slice(1));
  expect(life).toBeGreaterThan(1500);
  await second.release('key', 'second');
  expect(await second.take('key', 'second', LONG)).toBe('first');
  await first.release('key', 'first');
  expect(await second.take('key', 'second', LONG)).toBe('second');
});

test('a lease on a server that is away rejects', async () => {
  const { leases } = open('redis://127.0.0.1:1');
  const expected = { name: 'RedisUnavailableError' };
  await expect(leases.take('key', 'token', LONG)).rejects.toMatchObject(expected);
  await expect(leases.release('key', 'token')).rejects.toMatchObject(expected);
});
