import { existsSync } from 'node:fs';
import { open, readdir, rm, stat } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { type TemporaryFolder, temporaryFolder } from '@cached-llm/testing';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { KeyvSqlite } from '@keyv/sqlite';
import { type Callers, startCallers } from './callers.ts';
import { startScript } from './start-script.ts';

let folder: TemporaryFolder;
let path: string;
let started: { kill(): Promise<void> }[];

beforeEach(async () => {
  folder = await temporaryFolder();
  path = `${folder.path}/cache.db`;
  started = [];
});

afterEach(async () => {
  await Promise.all(started.map((script) => script.kill()));
  await folder.remove();
});

function start<Started extends { kill(): Promise<void> }>(script: Started): Started {
  started.push(script);
  return script;
}

const callers = (): Callers => start(startCallers({ path }));

async function query(sql: string): Promise<unknown[]> {
  const database = new KeyvSqlite({ uri: path, table: 'cached_llm' });
  const rows = await database.query(sql);
  await database.disconnect();
  return rows;
}

const TOPICS = ['a', 'b', 'c', 'd', 'e'];

describe('processes on one file', () => {
  test('that write at once lose nothing', async () => {
    const writers = [callers(), callers()];
    const write = async (writer: Callers, name: number) => {
      for (const topic of TOPICS) {
        const { stored, faults } = await writer.ask(`${topic} of ${name}`);
        expect([stored.length, faults]).toEqual([32, []]);
      }
    };
    await Promise.all(writers.map(write));
    await Promise.all(writers.map((writer) => writer.end()));
    const reader = callers();
    for (const topic of TOPICS.flatMap((name) => [`${name} of 0`, `${name} of 1`])) {
      expect((await reader.ask(topic)).calls).toBe(0);
    }
    await reader.end();
  });

  test('that are killed while they write lose nothing that was acknowledged', async () => {
    const acknowledged: string[] = [];
    for (const life of [1, 2, 3]) {
      const script = start(
        startScript(new URL('./caller-process.ts', import.meta.url), [JSON.stringify({ path })]),
      );
      for (let turn = 0; turn < 50; turn += 1) script.tell(`${life}.${turn}`);
      for (let turn = 0; turn < 5; turn += 1) {
        const { stored } = JSON.parse(await script.line());
        if (stored.length === 32) acknowledged.push(`${life}.${turn}`);
      }
      await script.kill();
    }
    expect(acknowledged).toHaveLength(15);
    expect(await query('PRAGMA integrity_check')).toEqual([{ integrity_check: 'ok' }]);
    const reader = callers();
    for (const topic of acknowledged) expect((await reader.ask(topic)).calls).toBe(0);
    await reader.end();
  });

  /** Asked by one process, known to the other: as soon as both use the same file. */
  async function share(one: Callers, other: Callers): Promise<void> {
    for (let number = 0; ; number += 1) {
      await one.ask(`shared ${number}`);
      if ((await other.ask(`shared ${number}`)).calls === 0) return;
      await delay(50);
    }
  }

  test('leave a file that another one has set aside', async () => {
    const first = callers();
    await first.ask('a');
    await query('PRAGMA wal_checkpoint(TRUNCATE)');
    const file = await open(path, 'r+');
    await file.write(Buffer.alloc((await stat(path)).size, 'damage'), 0);
    await file.close();
    const second = callers();
    expect((await second.ask('a')).stored).toHaveLength(32);
    await share(first, second);
    await share(second, first);
    await Promise.all([first.end(), second.end()]);
    expect(await query('PRAGMA integrity_check')).toEqual([{ integrity_check: 'ok' }]);
    const names = await readdir(folder.path);
    expect(names.filter((name) => name.endsWith('Z'))).toHaveLength(1);
  });

  test('leave a file that somebody removed', async () => {
    const first = callers();
    await first.ask('a');
    for (const name of await readdir(folder.path)) await rm(`${folder.path}/${name}`);
    while (!existsSync(path)) {
      await first.ask('a');
      await delay(20);
    }
    const second = callers();
    await share(first, second);
    await Promise.all([first.end(), second.end()]);
  });
});
