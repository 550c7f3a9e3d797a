import { open, readdir, stat, truncate } from 'node:fs/promises';
import { describe, expect, test } from '@jest/globals';
import type { Callers } from '../processes/callers.ts';
import { FaultGround } from './fault-ground.ts';

const ground = new FaultGround();

async function damage(position: number, bytes: number): Promise<void> {
  const file = await open(ground.path, 'r+');
  await file.write(Buffer.alloc(bytes, 'damage'), 0, bytes, position);
  await file.close();
}

/** Returns the names of the files that were set aside, without their logs. */
async function quarantined(): Promise<string[]> {
  const names = await readdir(ground.data);
  return names.filter((name) => /\.corrupt-.+Z$/.test(name));
}

const QUARANTINED = 'connection: quarantined';

describe('a damaged file of the store is set aside, and a new one is used:', () => {
  async function expectReplaced(all: Callers): Promise<void> {
    const { faults } = await all.ask('a');
    expect(faults).toEqual([QUARANTINED]);
    await all.askUntilHits('a');
    expect((await all.ask('b')).stored).toHaveLength(32);
    await all.end();
    expect(await quarantined()).toHaveLength(1);
  }

  test('a file with a damaged header', async () => {
    await ground.fill('a');
    await damage(0, 100);
    await expectReplaced(ground.callers());
  });

  test('a file with damaged pages after the first', async () => {
    await ground.fill('a');
    await damage(4096, (await stat(ground.path)).size - 4096);
    await expectReplaced(ground.callers());
  });

  test('a file that was cut to its half', async () => {
    await ground.fill('a');
    await truncate(ground.path, (await stat(ground.path)).size / 2);
    await expectReplaced(ground.callers());
  });

  test('a file that was cut to less than a page', async () => {
    await ground.fill('a');
    await truncate(ground.path, 1000);
    await expectReplaced(ground.callers());
  });
});
