import { type RedisServer, startRedis, until } from '@cached-llm/testing';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type Child, startChild } from './child-process.ts';

let server: RedisServer;
let child: Child;

beforeAll(async () => {
  server = await startRedis();
  child = startChild('fault-process', server.url);
});

afterAll(async () => {
  child.process.kill('SIGKILL');
  await server.stop();
});

function hits(): number {
  return Number(child.printed().trim().split('\n').at(-1));
}

/** More answers from the store than up to now. */
async function untilItHits(): Promise<void> {
  const before = hits() || 0;
  await until('There are hits', () => hits() > before + 200);
}

async function calls(): Promise<void> {
  const before = child.printed().length;
  await until('Calls go on', () => child.printed().length > before + 20);
}

test('32 callers in a process live through every fault, and the process ends when they are done', async () => {
  await untilItHits();
  for (const round of [1, 2]) {
    await server.kill();
    await calls();
    await server.restart();
    await untilItHits();
    server.pause();
    await calls();
    server.resume();
    await untilItHits();
    await server.command('CLIENT KILL TYPE normal SKIPME yes');
    await server.command(`CONFIG SET maxmemory ${round}`);
    await calls();
    await server.command('CONFIG SET maxmemory 0');
    await untilItHits();
    await server.command('CONFIG SET requirepass secret');
    await server.command('AUTH secret\r\nCLIENT KILL TYPE normal SKIPME yes');
    await calls();
    await server.command('AUTH secret\r\nCONFIG SET requirepass ""');
    await server.restart();
  }
  child.process.stdin?.write('over');
  const { text, code } = await child.ended;
  expect(code).toBe(0);
  expect(JSON.parse(text.trim().split('\n').at(-1) ?? '')).toMatchObject({ wrong: 0 });
});
