import { until } from '@cached-llm/testing';
import { expect, test } from '@jest/globals';
import { afterThisTest, startServer } from '../resources.ts';
import { startChild } from './child-process.ts';

test('a process with 32 callers survives every fault, and ends when its callers are done', async () => {
  const server = await startServer();
  const child = startChild('fault-process', server.url);
  afterThisTest(() => child.process.kill('SIGKILL'));
  const hits = () => Number(child.printed().trim().split('\n').at(-1));

  async function untilItHits(): Promise<void> {
    const before = hits() || 0;
    await until('There are more hits', () => hits() > before + 200);
  }

  async function untilItCalls(): Promise<void> {
    const before = child.printed().length;
    await until('The calls go on', () => child.printed().length > before + 20);
  }

  await untilItHits();
  for (const round of [1, 2]) {
    await server.kill();
    await untilItCalls();
    await server.restart();
    await untilItHits();
    server.pause();
    await untilItCalls();
    server.resume();
    await untilItHits();
    await server.command('CLIENT KILL TYPE normal SKIPME yes');
    await server.command(`CONFIG SET maxmemory ${round}`);
    await untilItCalls();
    await server.command('CONFIG SET maxmemory 0');
    await untilItHits();
    await server.command('CONFIG SET requirepass secret');
    await server.command('AUTH secret\r\nCLIENT KILL TYPE normal SKIPME yes');
    await untilItCalls();
    await server.command('AUTH secret\r\nCONFIG SET requirepass ""');
    await server.restart();
  }
  child.process.stdin?.write('over');
  const { text, code } = await child.ended;
  expect(code).toBe(0);
  expect(JSON.parse(text.trim().split('\n').at(-1) ?? '')).toMatchObject({ wrong: 0 });
});
