import { setTimeout as delay } from 'node:timers/promises';
import { sqliteStore } from '@cached-llm/store-sqlite';
import { type TemporaryFolder, temporaryFolder } from '@cached-llm/testing';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { type Script, startScript } from './start-script.ts';

const KEYS = ['a', 'b', 'c', 'd', 'e'];

let folder: TemporaryFolder;
let path: string;
let started: Script[];

beforeEach(async () => {
  folder = await temporaryFolder();
  path = `${folder.path}/cache.db`;
  started = [];
});

afterEach(async () => {
  await Promise.all(started.map((script) => script.kill()));
  await folder.remove();
});

describe('a lease in several processes', () => {
  const takers = (): Script[] =>
    ['one', 'two'].map((token) =>
      startScript(new URL('./lease-process.ts', import.meta.url), [path, token]),
    );

  test('is one process’s', async () => {
    const scripts = takers();
    started.push(...scripts);
    for (const key of KEYS) {
      for (const script of scripts) script.tell(`${key} 60000`);
      const [holder, other] = await Promise.all(scripts.map((script) => script.line()));
      expect(['one', 'two']).toContain(holder);
      expect(other).toBe(holder);
    }
    expect(await Promise.all(scripts.map((script) => script.end()))).toEqual([0, 0]);
  });

  test('of a process that was killed is free after its time', async () => {
    const script = startScript(new URL('./lease-process.ts', import.meta.url), [path, 'one']);
    started.push(script);
    script.tell('key 300');
    expect(await script.line()).toBe('one');
    await script.kill();
    const store = sqliteStore(path);
    while ((await store.leases.take('key', 'next', 60_000)) !== 'next') await delay(20);
    await store.disconnect();
  });
});
