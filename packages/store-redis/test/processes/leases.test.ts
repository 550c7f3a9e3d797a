import { until } from '@cached-llm/testing';
import { beforeEach, expect, test } from '@jest/globals';
import { afterThisTest, openStore, startSharedServer, urlAs } from '../resources.ts';
import { type Child, startChild } from './child-process.ts';

const LONG = 60_000;
const { server } = await startSharedServer();

beforeEach(() => server.command('FLUSHALL'));

function startHolder(token: string, milliseconds: number): Child {
  const child = startChild('lease-process', server.url, token, `${milliseconds}`);
  afterThisTest(() => child.process.kill('SIGKILL'));
  return child;
}

test('when two processes take the same leases, each lease goes to one of them', async () => {
  const both = ['first', 'second'].map((token) => startHolder(token, LONG));
  await until('Both processes have taken leases', () =>
    both.every(({ printed }) => printed().endsWith('held\n')),
  );
  const [ofFirst, ofSecond] = both.map(({ printed }) => printed().split('\n')[0]?.split(' ') ?? []);
  expect(ofFirst).toEqual(ofSecond);
  expect(ofFirst).toHaveLength(200);
  expect(ofFirst?.every((holder) => holder === 'first' || holder === 'second')).toBe(true);
});

test('the lease of a process that was killed is free when its time is over, and not before', async () => {
  const child = startHolder('killed', 1500);
  await until('The process holds the lease', () => child.printed().endsWith('held\n'));
  child.process.kill('SIGKILL');
  await child.ended;
  const { leases } = openStore(server.url);
  const remaining = Number((await server.command('PTTL key-0:lease')).slice(1));
  const [holder] = await leases.take(['key-0'], 'next', LONG);
  expect(holder).toBe(remaining > 500 ? 'killed' : holder);
  await until(
    'The lease is free',
    async () => (await leases.take(['key-0'], 'next', LONG))[0] === 'next',
  );
});

test('a lease is a row beside its entry, with its own expiry', async () => {
  const { leases } = openStore(server.url);
  await leases.take(['app:1:key'], 'token', 1500.4);
  expect(await server.command('KEYS *')).toContain('app:1:key:lease');
  const life = Number((await server.command('PTTL app:1:key:lease')).slice(1));
  expect(life).toBeGreaterThan(0);
  expect(life).toBeLessThanOrEqual(1501);
  await leases.release(['app:1:key'], 'token');
  expect(await server.command('DBSIZE')).toBe(':0\r\n');
});

test('a row of another application under the key of a lease counts as held, and is not changed', async () => {
  const { leases } = openStore(server.url);
  await server.command('SET key:lease theirs');
  expect(await leases.take(['key'], 'token', LONG)).toEqual(['theirs']);
  await leases.release(['key'], 'token');
  expect(await server.command('GET key:lease')).toContain('theirs');
});

test('a user without the right to run scripts takes, prolongs and releases leases, and cannot take a held one', async () => {
  await server.command('ACL SETUSER app on >secret ~* +get +set +unlink +pexpire +mget');
  const url = urlAs(server, 'app', 'secret');
  const [first, second] = [openStore(url).leases, openStore(url).leases];
  expect(await first.take(['key'], 'first', 1500)).toEqual(['first']);
  expect(await second.take(['key'], 'second', LONG)).toEqual(['first']);
  expect(await first.take(['key'], 'first', LONG)).toEqual(['first']);
  const life = Number((await server.command('PTTL key:lease')).slice(1));
  expect(life).toBeGreaterThan(1500);
  await second.release(['key'], 'second');
  expect(await second.take(['key'], 'second', LONG)).toEqual(['first']);
  await first.release(['key'], 'first');
  expect(await second.take(['key'], 'second', LONG)).toEqual(['second']);
});

test('taking or releasing a lease rejects while the server is away', async () => {
  const { leases } = openStore('redis://127.0.0.1:1');
  const expected = { name: 'RedisUnavailableError' };
  await expect(leases.take(['key'], 'token', LONG)).rejects.toMatchObject(expected);
  await expect(leases.release(['key'], 'token')).rejects.toMatchObject(expected);
});
