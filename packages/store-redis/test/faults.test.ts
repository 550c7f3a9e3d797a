import type { CacheOptions } from '@cached-llm/core';
import { type RedisStoreOptions, redisStore } from '@cached-llm/store-redis';
import {
  freePort,
  type RedisServer,
  type RedisServerOptions,
  startRedis,
  startRedisCluster,
  until,
} from '@cached-llm/testing';
import { afterEach, expect, test } from '@jest/globals';
import { createClient } from '@keyv/redis';
import { type FaultTrial, startFaultTrial } from './fault-trial.ts';

const CALLERS = 32;
const trials: FaultTrial[] = [];
const servers: { stop(): Promise<void> }[] = [];

afterEach(async () => {
  await Promise.all(trials.splice(0).map(({ cache }) => cache.close()));
  await Promise.all(servers.splice(0).map((server) => server.stop()));
});

async function start(options: RedisServerOptions = {}): Promise<RedisServer> {
  const server = await startRedis(options);
  servers.push(server);
  return server;
}

function startTrial(options: RedisStoreOptions, cacheOptions?: CacheOptions): FaultTrial {
  const trial = startFaultTrial(redisStore(options), cacheOptions);
  trials.push(trial);
  return trial;
}

/** All are answered, the store is left alone after one wave of failures, and none of that is forgotten. */
async function expectNoHarm(trial: FaultTrial): Promise<void> {
  expect(await trial.callAll('during 1')).toBe(CALLERS);
  const { countOf } = trial;
  const [failures, opened] = [countOf('store-error get'), countOf('breaker-open')];
  expect(failures).toBeLessThanOrEqual(3 * CALLERS);
  expect(opened).toBe(1);
  for (const wave of [2, 3, 4]) expect(await trial.callAll(`during ${wave}`)).toBe(CALLERS);
  expect([countOf('store-error get'), countOf('breaker-open')]).toEqual([failures, opened]);
}

test('refused at the start: nobody waits twice, and a server that comes up is used', async () => {
  const port = await freePort();
  const trial = startTrial({ url: `redis://127.0.0.1:${port}` });
  await expectNoHarm(trial);
  expect([...trial.reasons]).toEqual(['ECONNREFUSED']);
  await start({ port });
  await trial.healed();
});

test('killed in use and restarted: what the server kept is served again', async () => {
  const server = await start({ arguments: ['--appendonly', 'yes', '--appendfsync', 'always'] });
  const trial = startTrial({ url: server.url });
  expect(await trial.storeAll('before')).toBe(true);
  await server.kill();
  await expectNoHarm(trial);
  await server.restart();
  await trial.healed();
  expect(await trial.areKept('before')).toBe(true);
});

test('killed under calls: each of them is answered', async () => {
  const server = await start();
  const trial = startTrial({ url: server.url });
  expect(await trial.storeAll('before')).toBe(true);
  const calls = ['before', 'a', 'before', 'b', 'before'].map((name) => trial.callAll(name));
  await server.kill();
  expect(await Promise.all(calls)).toEqual(Array(5).fill(CALLERS));
  await server.restart();
  await trial.healed();
});

test('hung (SIGSTOP): one deadline, then none, and nothing is lost', async () => {
  const server = await start();
  const limits = { socketTimeout: 400, pingInterval: 100 };
  const trial = startTrial({ url: server.url, ...limits }, { storeTimeout: '1s' });
  expect(await trial.storeAll('before')).toBe(true);
  server.pause();
  await expectNoHarm(trial);
  server.resume();
  await trial.healed();
  expect(await trial.areKept('before')).toBe(true);
});

test('connections cut by the server: nothing is lost', async () => {
  const server = await start();
  const trial = startTrial({ url: server.url });
  expect(await trial.storeAll('before')).toBe(true);
  for (const round of [1, 2, 3]) {
    const calls = trial.callAll(`during ${round}`);
    await server.command('CLIENT KILL TYPE normal SKIPME yes');
    expect(await calls).toBe(CALLERS);
  }
  await trial.healed();
  expect(await trial.areKept('before')).toBe(true);
});

test('a wrong password: told once, and healed when the server has it', async () => {
  const server = await start();
  const url = server.url.replace('//', '//app:secret@');
  const trial = startTrial({ url, refusalInterval: 50 });
  await expectNoHarm(trial);
  expect([...trial.reasons]).toEqual(['WRONGPASS']);
  expect(trial.countOf('store-error')).toBe(1);
  await server.command('ACL SETUSER app on >secret ~* +@all');
  await trial.healed();
});

test('memory is full: calls are answered and earlier answers served', async () => {
  const server = await start({ arguments: ['--maxmemory-policy', 'noeviction'] });
  const trial = startTrial({ url: server.url });
  expect(await trial.storeAll('before')).toBe(true);
  await server.command('CONFIG SET maxmemory 1');
  for (const wave of [1, 2, 3]) expect(await trial.callAll(`during ${wave}`)).toBe(CALLERS);
  expect(trial.reasons).toContain('OOM');
  await until('Reads go on', () => trial.areKept('before'));
  await server.command('CONFIG SET maxmemory 0');
  await trial.healed();
});

test('an answer of 20 MB is served and not stored, and a row of 20 MB is a miss', async () => {
  const server = await start();
  const trial = startTrial({ url: server.url });
  await trial.healed();
  const prompt = 'x'.repeat(20_000_000);
  const calls = Array.from({ length: CALLERS }, () => trial.ask.withInfo({ prompt }));
  for (const { response, info } of await Promise.all(calls)) {
    expect(response.text.length).toBeGreaterThan(prompt.length);
    expect(info.stored).toBe(false);
  }
  expect(await server.command(`STRLEN ${trial.ask.keyOf({ prompt })}`)).toBe(':0\r\n');
  const key = trial.ask.keyOf({ prompt: 'short' }) ?? '';
  const client = await createClient({ url: server.url }).connect();
  await client.set(key, `cached-llm ${prompt}`);
  client.destroy();
  expect((await trial.ask.withInfo({ prompt: 'short' })).info.outcome).toBe('miss');
  await until('It is mended', async () => {
    return (await trial.ask.withInfo({ prompt: 'short' })).info.outcome === 'hit';
  });
  expect([...trial.reasons]).toEqual([]);
});

test('one master of three is dead: calls are answered, and what the others keep is kept', async () => {
  const cluster = await startRedisCluster({
    arguments: ['--appendonly', 'yes', '--appendfsync', 'always'],
  });
  servers.push(cluster);
  const trial = startTrial({ cluster: cluster.urls });
  expect(await trial.storeAll('before')).toBe(true);
  for (const [number, master] of cluster.masters.entries()) {
    await master.kill();
    const waves = [1, 2, 3].map((wave) => `during ${number}.${wave}`);
    for (const name of waves) expect(await trial.callAll(name)).toBe(CALLERS);
    await master.restart();
    await until('All masters are used', () => trial.areKept('after'));
    expect(await trial.areKept('before')).toBe(true);
  }
  expect(trial.countOf('store-error')).toBeGreaterThan(0);
});
