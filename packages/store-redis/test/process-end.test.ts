import { freePort, startRedis, startRedisCluster } from '@cached-llm/testing';
import { expect, test } from '@jest/globals';
import { startChild } from './child-process.ts';

test('a process with an open store ends by itself, after what it awaits', async () => {
  const server = await startRedis();
  const ended = await startChild('idle-process', server.url).ended;
  await server.stop();
  expect(ended).toEqual({ text: 'true value', code: 0 });
});

test('a process with a store whose server is away ends by itself', async () => {
  const url = `redis://127.0.0.1:${await freePort()}`;
  const expected = { text: 'false ECONNREFUSED', code: 0 };
  expect(await startChild('idle-process', url).ended).toEqual(expected);
});

test('a process with an open store on a cluster ends by itself', async () => {
  const cluster = await startRedisCluster({ masters: 2 });
  const ended = await startChild('idle-process', ...cluster.urls).ended;
  await cluster.stop();
  expect(ended).toEqual({ text: 'true value', code: 0 });
});
