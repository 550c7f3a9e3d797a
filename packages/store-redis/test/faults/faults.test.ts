import type { CacheOptions } from '@cached-llm/core';
import { type RedisStoreOptions, redisStore } from '@cached-llm/store-redis';
import { freePort, startRedisCluster, until } from '@cached-llm/testing';
import { expect, test } from '@jest/globals';
import { createClient } from '@keyv/redis';
import { afterThisTest, startServer, urlAs } from '../resources.ts';
import { CALLERS, type FaultTrial, startFaultTrial } from './fault-trial.ts';

function startTrial(options: RedisStoreOptions, cacheOptions?: CacheOptions): FaultTrial {
  const trial = startFaultTrial(redisStore(options), cacheOptions);
  afterThisTest(() => trial.cache.close());
  return trial;
}

/** Checks that every call is answered, and that the breaker opens after one wave of failures. */
async function expectNoHarm(trial: FaultTrial): Promise<void> {
  expect(await trial.callAll('during 1')).toBe(CALLERS);
  const { countOf } = trial;
  const [failures, opened] = [countOf('store-error get'), countOf('breaker-open')];
  expect(failures).toBeLessThanOrEqual(3 * CALLERS);
  expect(opened).toBe(1);
  for (const wave of [2, 3, 4]) expect(await trial.callAll(`during ${wave}`)).toBe(CALLERS);
  expect([countOf('store-error get'), countOf('breaker-open')]).toEqual([failures, opened]);
}

test('while the server is away no call waits twice, and a server that comes up is used', async () => {
  const port = await freePort();
  const trial = startTrial({ url: `redis://127.0.0.1:${port}` });
  await expectNoHarm(trial);
  expect([...trial.reasons]).toEqual(['ECONNREFUSED']);
  await startServer({ port });
  await trial.untilHealed();
});

test('a server that is killed in use and restarted serves again what it has on disk', async () => {
  const server = await startServer({
    arguments: ['--appendonly', 'yes', '--appendfsync', 'always'],
  });
  const trial = startTrial({ url: server.url });
  expect(await trial.storeAll('before')).toBe(true);
  await server.kill();
  await expectNoHarm(trial);
  await server.restart();
  await trial.untilHealed();
  expect(await trial.areHits('before')).toBe(true);
});

test('every call that is under way when the server is killed is answered', async () => {
  const server = await startServer();
  const trial = startTrial({ url: server.url });
  expect(await trial.storeAll('before')).toBe(true);
  const calls = ['before', 'a', 'before', 'b', 'before'].map((name) => trial.callAll(name));
  await server.kill();
  expect(await Promise.all(calls)).toEqual(Array(5).fill(CALLERS));
  await server.restart();
  await trial.untilHealed();
});

test('a server that hangs (SIGSTOP) delays calls for one deadline and then not at all, and nothing is lost', async () => {
  const server = await startServer();
  const limits = { socketTimeout: 400, pingInterval: 100 };
  const trial = startTrial({ url: server.url, ...limits }, { storeTimeout: '1s' });
  expect(await trial.storeAll('before')).toBe(true);
  server.pause();
  await expectNoHarm(trial);
  server.resume();
  await trial.untilHealed();
  expect(await trial.areHits('before')).toBe(true);
});

test('nothing is lost when the server closes connections', async () => {
  const server = await startServer();
  const trial = startTrial({ url: server.url });
  expect(await trial.storeAll('before')).toBe(true);
  for (const round of [1, 2, 3]) {
    const calls = trial.callAll(`during ${round}`);
    await server.command('CLIENT KILL TYPE normal SKIPME yes');
    expect(await calls).toBe(CALLERS);
  }
  await trial.untilHealed();
  expect(await trial.areHits('before')).toBe(true);
});

test('a wrong password causes one event, and the cache recovers when the server accepts it', async () => {
  const server = await startServer();
  const trial = startTrial({ url: urlAs(server, 'app', 'secret'), refusalInterval: 50 });
  await expectNoHarm(trial);
  expect([...trial.reasons]).toEqual(['WRONGPASS']);
  expect(trial.countOf('store-error')).toBe(1);
  await server.command('ACL SETUSER app on >secret ~* +@all');
  await trial.untilHealed();
});

test('while the memory of the server is full, calls are answered and stored answers are hits', async () => {
  const server = await startServer({ arguments: ['--maxmemory-policy', 'noeviction'] });
  const trial = startTrial({ url: server.url });
  expect(await trial.storeAll('before')).toBe(true);
  await server.command('CONFIG SET maxmemory 1');
  for (const wave of [1, 2, 3]) expect(await trial.callAll(`during ${wave}`)).toBe(CALLERS);
  expect(trial.reasons).toContain('OOM');
  await until('The reads go on', () => trial.areHits('before'));
  await server.command('CONFIG SET maxmemory 0');
  await trial.untilHealed();
});

test('an answer of 20 MB is served and not stored, and a row of 20 MB is a miss', async () => {
  const server = await startServer();
  const trial = startTrial({ url: server.url });
  await trial.untilHealed();
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
  await until('The row is replaced', async () => {
    return (await trial.ask.withInfo({ prompt: 'short' })).info.outcome === 'hit';
  });
  expect([...trial.reasons]).toEqual([]);
});

test('while one of three masters is away, calls are answered, and no row of the others is lost', async () => {
  const cluster = await startRedisCluster({
    arguments: ['--appendonly', 'yes', '--appendfsync', 'always'],
  });
  afterThisTest(() => cluster.stop());
  const trial = startTrial({ cluster: cluster.urls });
  expect(await trial.storeAll('before')).toBe(true);
  for (const [number, master] of cluster.masters.entries()) {
    await master.kill();
    const waves = [1, 2, 3].map((wave) => `during ${number}.${wave}`);
    for (const name of waves) expect(await trial.callAll(name)).toBe(CALLERS);
    await master.restart();
    await until('All masters are used', () => trial.areHits('after'));
    // A peek stores nothing, so that it finds only what was there before. The states of tags in the slots of this master are read
    // again a moment after its rows.
    const prompts = Array.from({ length: CALLERS }, (_none, caller) => `before ${caller}`);
    await until('All rows are read', async () => {
      const stored = await Promise.all(prompts.map((prompt) => trial.ask.peek({ prompt })));
      return !stored.includes(undefined);
    });
    await until('They are served', () => trial.areHits('before'));
  }
  expect(trial.countOf('store-error')).toBeGreaterThan(0);
});
