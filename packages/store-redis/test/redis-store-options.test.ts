import { openStore, redisStore } from '@cached-llm/store-redis';
import { expect, test } from '@jest/globals';
import { resolveOptions } from '../src/redis-store-options.ts';
import { afterThisTest, startServer } from './resources.ts';

test.each([
  ['redis://host:1', 'redis://host:1', undefined],
  ['valkey://host:1', 'redis://host:1', undefined],
  ['rediss://host:1', 'rediss://host:1', {}],
  ['valkeys://user:password@host:1/2', 'rediss://user:password@host:1/2', {}],
])('the client gets %s as %s', (url, clientUrl, tls) => {
  expect(resolveOptions(url)).toMatchObject({ url: clientUrl });
  expect(resolveOptions(url).tls).toEqual(tls);
});

test('TLS options turn TLS on', () => {
  const settings = resolveOptions({ url: 'redis://host', tls: { ca: 'a certificate' } });
  expect(settings).toMatchObject({ url: 'rediss://host', tls: { ca: 'a certificate' } });
  expect(resolveOptions({ url: 'redis://host', tls: true }).url).toBe('rediss://host');
});

test('the default timeouts are short, so that a server that hangs delays no call for long', () => {
  expect(resolveOptions({})).toEqual({
    url: 'redis://localhost:6379',
    connectTimeout: 1000,
    socketTimeout: 1500,
    pingInterval: 500,
    refusalInterval: 30_000,
    rootNodes: [],
    sentinels: [],
    tls: undefined,
  });
});

test.each([
  [{ url: 'http://user:secret@host' }, 'url'],
  [{ url: '' }, 'url'],
  [{ url: 5 as never }, 'url'],
  [{ url: 'redis://:secret%@host' }, 'url'],
  [{ url: 'redis://user:secret@host/name' }, 'url'],
  [{ url: 'redis://user:secret@host:99999999' }, 'url'],
  [{ connectTimeout: 0 }, 'connectTimeout'],
  [{ socketTimeout: 1.5 }, 'socketTimeout'],
  [{ pingInterval: Number.NaN }, 'pingInterval'],
  [{ pingInterval: 1500 }, 'pingInterval'],
  [{ refusalInterval: -1 }, 'refusalInterval'],
  [{ cluster: [] }, 'cluster'],
  [{ cluster: 'redis://host' as never }, 'cluster'],
  [{ cluster: ['redis://host', 'http://user:secret@host'] }, 'cluster'],
  [{ cluster: ['redis://host'], url: 'redis://:secret@host' }, 'cluster'],
  [{ cluster: ['redis://host'], sentinels: ['redis://host'] }, 'sentinels'],
  [{ cluster: ['redis://host/2'] }, 'cluster'],
  [{ sentinels: [] }, 'sentinels'],
  [{ sentinels: [null as never] }, 'sentinels'],
])(
  'the options %j are refused when the store is defined, without the password',
  (options, name) => {
    const refusal = { code: 'INVALID_OPTION', message: expect.stringContaining(`\`${name}\``) };
    expect(() => redisStore(options)).toThrow(expect.objectContaining(refusal));
    expect(() => redisStore(options)).not.toThrow('secret');
  },
);

test('a cluster takes user, password and TLS from the first node that is named', () => {
  const cluster = ['valkeys://user:password@one:1', 'redis://two'];
  expect(resolveOptions({ cluster })).toMatchObject({
    url: 'rediss://user:password@one:1',
    rootNodes: cluster,
    sentinels: [],
    tls: {},
  });
});

test('the master that sentinels name takes user, password and database from the URL', () => {
  const given = {
    url: 'redis://user:password@my_Master-1/2',
    sentinels: ['redis://one', 'redis://two'],
  };
  expect(resolveOptions(given)).toMatchObject({ ...given, rootNodes: [] });
});

test.each(['sqlite:./llm.db', 'http://host', ''])('%j is not the URL of a Redis store', (url) => {
  expect(() => openStore(url)).toThrow(expect.objectContaining({ code: 'UNKNOWN_STORE' }));
});

test('a Valkey URL opens a store', async () => {
  const server = await startServer();
  const store = openStore(server.url.replace('redis:', 'valkey:'));
  afterThisTest(() => store.disconnect());
  await store.set('key', 'value');
  expect(await store.get('key')).toBe('value');
});

test.each([
  ['hosts', 'hosts is not an option here.'],
  ['URL', 'URL is not an option here. Did you mean url?'],
  ['connectionTimeout', 'Did you mean connectTimeout?'],
])('an option %s is refused', (name, message) => {
  const refusal = { code: 'INVALID_OPTION', message: expect.stringContaining(message) };
  expect(() => redisStore({ [name]: 'x' })).toThrow(expect.objectContaining(refusal));
});
