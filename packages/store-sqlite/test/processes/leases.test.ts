import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import { TestResources } from '../resources.ts';
import { type Script, startScript } from './start-script.ts';

const KEYS = ['a', 'b', 'c', 'd', 'e'];
const resources = new TestResources();

function startHolder(token: string): Script {
  const script = startScript('lease-process', [resources.path, token]);
  resources.afterThisTest(script.kill);
  return script;
}

test('when two processes take the same leases, each lease goes to one of them', async () => {
  const scripts = ['one', 'two'].map(startHolder);
  for (const key of KEYS) {
    for (const script of scripts) script.write(`${key} 60000`);
    const [holder, other] = await Promise.all(scripts.map((script) => script.line()));
    expect(['one', 'two']).toContain(holder);
    expect(other).toBe(holder);
  }
  expect(await Promise.all(scripts.map((script) => script.end()))).toEqual([0, 0]);
});

test('the lease of a process that was killed is free when its time is over', async () => {
  const script = startHolder('one');
  script.write('key 300');
  expect(await script.line()).toBe('one');
  await script.kill();
  const { leases } = resources.openStore();
  while ((await leases.take(['key'], 'next', 60_000))[0] !== 'next') await delay(20);
});
