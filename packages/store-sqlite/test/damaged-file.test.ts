import { mkdir, open, readdir, stat, truncate, writeFile } from 'node:fs/promises';
import { describe, expect, test } from '@jest/globals';
import type { Callers } from './callers.ts';
import { FaultGround } from './fault-ground.ts';

const ground = new FaultGround();

async function damage(position: number, bytes: number): Promise<void> {
  const file = await open(ground.path, 'r+');
  await file.write(Buffer.alloc(bytes, 'damage'), 0, bytes, position);
  await file.close();
}

/** Without their logs. */
async function setAside(): Promise<string[]> {
  const names = await readdir(ground.data);
  return names.filter((name) => /\.corrupt-.+Z$/.test(name));
}

const QUARANTINED = 'connection: quarantined';

describe('a file that is none, or no longer a sound one, is set aside, and a new one is used:', () => {
  async function isReplaced(all: Callers): Promise<void> {
    const { faults } = await all.ask('a');
    expect(faults).toEqual([QUARANTINED]);
    await all.askUntilHits('a');
    expect((await all.ask('b')).stored).toHaveLength(32);
    await all.end();
    expect(await setAside()).toHaveLength(1);
  }

  test('a text', async () => {
    await mkdir(ground.data);
    await writeFile(ground.path, 'Dear diary, '.repeat(1000));
    await ground.letIn(ground.data);
    await isReplaced(ground.callers());
  });

  test('one with a broken header', async () => {
    await ground.fill('a');
    await damage(0, 100);
    await isReplaced(ground.callers());
  });

  test('one with broken pages in the middle', async () => {
    await ground.fill('a');
    await damage(4096, (await stat(ground.path)).size - 4096);
    await isReplaced(ground.callers());
  });

  test('one of which only the half is there', async () => {
    await ground.fill('a');
    await truncate(ground.path, (await stat(ground.path)).size / 2);
    await isReplaced(ground.callers());
  });

  test('one of which only the beginning is there', async () => {
    await ground.fill('a');
    await truncate(ground.path, 1000);
    await isReplaced(ground.callers());
  });
});
