import { cachedLlmCall, createLlmCache } from '@cached-llm/core';
import { type RedisServer, startRedisCluster, until } from '@cached-llm/testing';
import { expect, test } from '@jest/globals';
import { type RedisStoreOptions, redisStore } from '../../src/index.ts';
import { afterThisTest, startServer } from '../resources.ts';

/** A process over the store, whose answers are the numbers of its calls. */
function startProcess(options: RedisStoreOptions) {
  const cache = createLlmCache({ store: redisStore(options), lease: false, ledger: false });
  afterThisTest(() => cache.close());
  let calls = 0;
  const ask = cachedLlmCall(async (_question: string) => ++calls, {
    cache,
    provider: 'p',
    tags: ['t'],
  });
  return { cache, ask };
}

const QUESTIONS = Array.from({ length: 30 }, (_, number) => `question ${number}`);

test('a master that is away costs the entries of the other masters nothing', async () => {
  const cluster = await startRedisCluster();
  afterThisTest(() => cluster.stop());
  const { ask } = startProcess({ cluster: cluster.urls });
  await Promise.all(QUESTIONS.map((question) => ask(question)));
  const [first] = cluster.masters as [RedisServer, ...RedisServer[]]; // there are three
  const lost = await first.command('DBSIZE');
  expect(Number(lost.slice(1))).toBeGreaterThan(0);
  await first.kill();
  await until('The entries of the others are hits', async () => {
    const answers = await Promise.all(QUESTIONS.map((question) => ask.withInfo(question)));
    const hits = answers.filter(({ info }) => info.outcome === 'hit');
    return hits.length > QUESTIONS.length / 3;
  });
});

test('a server that became a replica is left, and its master is found again', async () => {
  const server = await startServer();
  const { ask, cache } = startProcess({ url: server.url });
  await ask('q');
  const master = await startServer();
  await server.command(`REPLICAOF 127.0.0.1 ${master.port}`);
  expect(await cache.invalidate({ tag: 't' })).toBe(false);
  await server.command('REPLICAOF NO ONE');
  await until('The invalidation is accepted', () => cache.invalidate({ tag: 't' }));
});

test('a hit stays one command of the server', async () => {
  const server = await startServer();
  const { ask } = startProcess({ url: server.url });
  await ask('q');
  await until('The answer is stored', async () => (await ask.withInfo('q')).info.outcome === 'hit');
  await server.command('CONFIG RESETSTAT');
  await ask('q');
  const stats = await server.command('INFO commandstats');
  expect(
    [...stats.matchAll(/cmdstat_(\w+):calls=(\d+)/g)]
      .map(([, name, calls]) => [name, calls])
      .filter(([name]) => name !== 'ping' && !name?.startsWith('config')),
  ).toEqual([['mget', '1']]);
});

test.each([
  ['allkeys-random', 'allkeys-random'],
  ['noeviction', 'noeviction'],
  ['allkeys-lru', undefined],
])('says of the eviction policy %s whether it suits', async (policy, named) => {
  const server = await startServer();
  const store = redisStore(server.url);
  afterThisTest(() => store.disconnect());
  await server.command(`CONFIG SET maxmemory-policy ${policy}`);
  expect(await store.advice()).toBe(undefined); // without a bound
  await server.command('CONFIG SET maxmemory 100mb');
  const advice = await store.advice();
  expect(advice === undefined ? undefined : /maxmemory-policy is (\S+):/.exec(advice)?.[1]).toBe(
    named,
  );
});
