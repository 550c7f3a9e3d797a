import { readFile } from 'node:fs/promises';
import { redisStore } from '@cached-llm/store-redis';
import type { RedisServer } from '@cached-llm/testing';
import { beforeEach, expect, test } from '@jest/globals';
import { type FaultTrial, startFaultTrial } from './faults/fault-trial.ts';
import { afterThisTest, startServer, urlAs } from './resources.ts';

const README = await readFile(new URL('../README.md', import.meta.url), 'utf8');
const RULE = /^ACL SETUSER .*$/m.exec(README)?.[0] ?? 'none';
let server: RedisServer;
let trial: FaultTrial;

beforeEach(async () => {
  server = await startServer();
});

async function startAs(rule: string): Promise<void> {
  expect(await server.command(rule)).toBe('+OK\r\n');
  const [, user = '', password = ''] = /SETUSER (\S+) on >(\S+)/.exec(rule) ?? [];
  trial = startFaultTrial(redisStore(urlAs(server, user, password)));
  afterThisTest(() => trial.cache.close());
}

/** Does everything that a cache asks of its store: look-ups, writes, leases, tag generations, scans, deletions. */
async function useAll(): Promise<void> {
  expect(await trial.storeAll('a')).toBe(true);
  expect(await trial.areHits('a')).toBe(true);
  const { info } = await trial.ask.withInfo({ prompt: 'a 1' });
  expect(await trial.cache.invalidate({ key: String(info.key) })).toBe(true);
  expect(await trial.cache.invalidate({ namespace: true })).toBe(true);
  expect(await trial.areHits('a')).toBe(false);
  expect(await trial.cache.clear()).toBe(true);
}

test('a user with the rights that the README names can do all that a cache does', async () => {
  await startAs(RULE);
  await useAll();
  expect(trial.countOf('store-error')).toBe(0);
});

test('a cache needs each of the rights that the README names', async () => {
  await startAs(RULE);
  await useAll();
  const stats = await server.command('INFO commandstats');
  const isUsed = (name: string) => stats.includes(`cmdstat_${name}:`);
  const rights = [...RULE.matchAll(/\+(\w+)/g)].map(([, name]) => String(name));
  // EXISTS is for callers that use the store directly.
  const unused = rights.filter((name) => !isUsed(name) && name !== 'exists');
  expect(unused).toEqual([]);
});

test('a user without the right to run scripts takes and releases leases in steps', async () => {
  await startAs(RULE.replace('+eval', '+pexpire'));
  await useAll();
  expect(trial.countOf('store-error')).toBe(0);
});
