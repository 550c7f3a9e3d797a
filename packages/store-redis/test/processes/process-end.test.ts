import { freePort, startRedisCluster } from '@cached-llm/testing';
import { expect, test } from '@jest/globals';
import { afterThisTest, startServer } from '../resources.ts';
import { startChild } from './child-process.ts';

test('a process with an open store ends by itself after the operations that it awaits', async () => {
  const server = await startServer();
  expect(await startChild('idle-process', server.url).ended).toEqual({
    text: 'true value',
    code: 0,
  });
});

test('a process with a store whose server is away ends by itself', async () => {
  const url = `redis://127.0.0.1:${await freePort()}`;
  expect(await startChild('idle-process', url).ended).toEqual({
    text: 'false ECONNREFUSED',
    code: 0,
  });
});

test('a process with an open store on a cluster ends by itself', async () => {
  const cluster = await startRedisCluster({ masters: 2 });
  afterThisTest(() => cluster.stop());
  expect(await startChild('idle-process', ...cluster.urls).ended).toEqual({
    text: 'true value',
    code: 0,
  });
});
