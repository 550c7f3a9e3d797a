import { readFile } from 'node:fs/promises';
import { redisStore } from '@cached-llm/store-redis';
import { type RedisServer, startRedis } from '@cached-llm/testing';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { type FaultTrial, startFaultTrial } from './fault-trial.ts';

const README = new URL('../README.md', import.meta.url);
let server: RedisServer;
let rule: string;
let trial: FaultTrial;

beforeEach(async () => {
  server = await startRedis();
  rule = /^ACL SETUSER .*$/m.exec(await readFile(README, 'utf8'))?.[0] ?? 'none';
});

afterEach(async () => {
  await server.stop();
  await trial.cache.close();
});

async function startAs(line: string): Promise<void> {
  expect(await server.command(line)).toBe('+OK\r\n');
  const [, user, , password] = /SETUSER (\S+) (on) >(\S+)/.exec(line) ?? [];
  trial = startFaultTrial(redisStore(server.url.replace('//', `//${user}:${password}@`)));
}

/** Everything a cache asks of its store: look-ups, writes, leases, markers, scans, deletions. */
async function useAll(): Promise<void> {
  expect(await trial.storeAll('a')).toBe(true);
  expect(await trial.areKept('a')).toBe(true);
  const { info } = await trial.ask.withInfo({ prompt: 'a 1' });
  expect(await trial.cache.invalidate({ key: String(info.key) })).toBe(true);
  expect(await trial.cache.invalidate({ namespace: true })).toBe(true);
  expect(await trial.areKept('a')).toBe(false);
  expect(await trial.cache.clear()).toBe(true);
}

test('a user with the rights that the README names is enough for all that a cache does', async () => {
  await startAs(rule);
  await useAll();
  expect(trial.countOf('store-error')).toBe(0);
});

test('each of these rights is needed', async () => {
  await startAs(rule);
  await useAll();
  const stats = await server.command('INFO commandstats');
  const used = (name: string) => stats.includes(`cmdstat_${name}:`);
  const rights = [...rule.matchAll(/\+(\w+)/g)].map(([, name]) => String(name));
  // Only who asks the store itself needs it.
  const unused = rights.filter((name) => !used(name) && name !== 'exists');
  expect(unused).toEqual([]);
});

test('a user who may not run scripts takes and gives leases in steps', async () => {
  await startAs(rule.replace('+eval', '+pexpire'));
  await useAll();
  expect(trial.countOf('store-error')).toBe(0);
});
