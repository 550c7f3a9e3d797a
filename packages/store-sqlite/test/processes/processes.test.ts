import { existsSync } from 'node:fs';
import { open, readdir, rm, stat } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, test } from '@jest/globals';
import { identityOf } from '../../src/quarantine.ts';
import { TestResources } from '../resources.ts';
import { type Callers, startCallers } from './callers.ts';
import { startScript } from './start-script.ts';

const resources = new TestResources();

function startAll(): Callers {
  const callers = startCallers({ path: resources.path });
  resources.afterThisTest(callers.kill);
  return callers;
}

const TOPICS = ['a', 'b', 'c', 'd', 'e'];

describe('processes on one file', () => {
  test('lose nothing when they write at once', async () => {
    const writers = [startAll(), startAll()];
    const write = async (writer: Callers, name: number) => {
      for (const topic of TOPICS) {
        const { stored, faults } = await writer.ask(`${topic} of ${name}`);
        expect([stored.length, faults]).toEqual([32, []]);
      }
    };
    await Promise.all(writers.map(write));
    await Promise.all(writers.map((writer) => writer.end()));
    const reader = startAll();
    for (const topic of TOPICS.flatMap((name) => [`${name} of 0`, `${name} of 1`])) {
      expect((await reader.ask(topic)).calls).toBe(0);
    }
    await reader.end();
  });

  test('lose no acknowledged write when they are killed', async () => {
    const acknowledged: string[] = [];
    for (const life of [1, 2, 3]) {
      const script = startScript('caller-process', [JSON.stringify({ path: resources.path })]);
      resources.afterThisTest(script.kill);
      for (let turn = 0; turn < 50; turn += 1) script.write(`${life}.${turn}`);
      for (let turn = 0; turn < 5; turn += 1) {
        const { stored } = JSON.parse(await script.line());
        if (stored.length === 32) acknowledged.push(`${life}.${turn}`);
      }
      await script.kill();
    }
    expect(acknowledged).toHaveLength(15);
    expect(await resources.query('PRAGMA integrity_check')).toEqual([{ integrity_check: 'ok' }]);
    const reader = startAll();
    for (const topic of acknowledged) expect((await reader.ask(topic)).calls).toBe(0);
    await reader.end();
  });

  /** Waits until both use the same file, so that a question of one is a hit for the other. */
  async function share(one: Callers, other: Callers): Promise<void> {
    for (let number = 0; ; number += 1) {
      await one.ask(`shared ${number}`);
      if ((await other.ask(`shared ${number}`)).calls === 0) return;
      await delay(50);
    }
  }

  test('leave a file that another process has set aside', async () => {
    const first = startAll();
    await first.ask('a');
    await resources.query('PRAGMA wal_checkpoint(TRUNCATE)');
    const file = await open(resources.path, 'r+');
    const afterHeader = 100;
    const damage = Buffer.alloc((await stat(resources.path)).size, 'damage');
    await file.write(damage, 0, damage.length, afterHeader);
    await file.close();
    const second = startAll();
    expect((await second.ask('a')).stored).toHaveLength(32);
    await share(first, second);
    await share(second, first);
    await Promise.all([first.end(), second.end()]);
    expect(await resources.query('PRAGMA integrity_check')).toEqual([{ integrity_check: 'ok' }]);
    const names = await readdir(resources.folder);
    expect(names.filter((name) => name.endsWith('Z'))).toHaveLength(1);
  });

  test('leave a file that was removed', async () => {
    const first = startAll();
    await first.ask('a');
    for (const name of await readdir(resources.folder)) await rm(`${resources.folder}/${name}`);
    while (!existsSync(resources.path)) {
      await first.ask('a');
      await delay(20);
    }
    const second = startAll();
    await share(first, second);
    await Promise.all([first.end(), second.end()]);
  });

  test('leave a file that was removed without its log, and none finds the new file damaged', async () => {
    const all = [startAll(), startAll(), startAll()];
    const [first, ...others] = all as [Callers, ...Callers[]];
    for (const callers of all) await callers.askUntilHits('a');
    await rm(resources.path);
    const faults: string[] = [];
    while (!existsSync(resources.path)) {
      for (const callers of all) faults.push(...(await callers.ask('a')).faults);
      await delay(20);
    }
    for (const other of others) await share(first, other);
    for (const callers of all) faults.push(...(await callers.ask('a')).faults);
    expect(faults).toEqual([]);
    await Promise.all(all.map((callers) => callers.end()));
    expect(await resources.query('PRAGMA integrity_check')).toEqual([{ integrity_check: 'ok' }]);
    expect((await readdir(resources.folder)).join()).not.toContain('corrupt');
  });

  test('write nothing into a file that was removed a moment before, and say so', async () => {
    const before = resources.openStore();
    const removeFile = async () => {
      for (const name of await readdir(resources.folder)) await rm(`${resources.folder}/${name}`);
    };
    await before.set('state', 'old');
    await removeFile();
    await before.set('row', 'value');
    const after = resources.openStore();
    expect(await after.get('row')).toBe('value');
    await before.set('state', 'old');
    await removeFile();
    const last = resources.openStore();
    await last.set('state', 'new');
    const row = { key: 'state', value: 'newest' };
    expect(await before.atomic.replace(row, 'old')).toBe(false);
    expect(await after.atomic.add([row])).toEqual(['new']);
    expect(await last.get('state')).toBe('new');
  });

  test('share no index of a log with who still uses a file that was removed without its log', async () => {
    const before = resources.openStore();
    await before.set('key', 'value'); // its log is not in the file yet
    const logs = () => Promise.all(['-wal', '-shm'].map((log) => identityOf(resources.path + log)));
    const [removedLog, removedIndex] = await logs();
    await rm(resources.path);
    const after = resources.openStore();
    await after.set('other', 'value');
    expect([await after.get('key'), await after.get('other')]).toEqual([undefined, 'value']);
    const [log, index] = await logs();
    expect([log === removedLog, index === removedIndex]).toEqual([false, false]);
  });
});
