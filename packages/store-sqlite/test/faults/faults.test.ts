import { chmod, mkdir, readdir, rm, rmdir, stat, writeFile } from 'node:fs/promises';
import { describe, expect, test } from '@jest/globals';
import { areCallersBound, FaultGround } from './fault-ground.ts';

const ground = new FaultGround();

describe('calls are answered despite an obstacle, and the file is used again when the obstacle is gone:', () => {
  test('a missing folder, which is made', async () => {
    await ground.fill('a');
    expect((await stat(ground.data)).mode & 0o777).toBe(0o700);
  });

  test('a file in place of the folder', async () => {
    await writeFile(ground.data, '');
    const all = ground.callers();
    expect((await all.ask('a')).calls).toBe(32);
    await rm(ground.data);
    await all.askUntilHits('a');
    await all.end();
  });

  test('a directory in place of the file', async () => {
    await mkdir(ground.path, { recursive: true });
    await ground.letIn(ground.data);
    const all = ground.callers();
    expect((await all.ask('a')).faults.join()).toContain('get: EISDIR');
    await rmdir(ground.path);
    await all.askUntilHits('a');
    await all.end();
  });

  test('a read-only file, which is read meanwhile', async () => {
    if (!areCallersBound()) return;
    await ground.fill('a');
    await chmod(ground.path, 0o400);
    const all = ground.callers();
    expect((await all.ask('a')).calls).toBe(0);
    expect((await all.ask('b')).faults.join()).toContain(
      'set: SQLITE_READONLY: This user may not write to',
    );
    await chmod(ground.path, 0o600);
    await all.askUntilHits('b');
    expect((await all.ask('a')).calls).toBe(0);
    await all.end();
  });

  test('a read-only folder, where the write-ahead log cannot be made', async () => {
    if (!areCallersBound()) return;
    await ground.fill('a');
    await chmod(ground.data, 0o500);
    const all = ground.callers();
    const { faults } = await all.ask('a');
    expect(faults.join()).toContain('get: SQLITE_READONLY: This user may not write to the folder');
    await chmod(ground.data, 0o700);
    await all.askUntilHits('a');
    expect((await all.ask('b')).stored).toHaveLength(32);
    await all.end();
  });

  test('a folder in which no file can be made, or which cannot be entered', async () => {
    if (!areCallersBound()) return;
    await mkdir(ground.data);
    for (const mode of [0o555, 0o700]) {
      await chmod(ground.data, mode);
      const all = ground.callers();
      const { calls, faults } = await all.ask('a');
      expect([calls, new Set(faults).size]).toEqual([32, 1]); // it is permanent, hence one event
      expect(faults.join()).toMatch(/: EACCES: .*data\/cache\.db cannot be .* name another file\./);
      await chmod(ground.data, 0o777);
      await all.askUntilHits('a');
      await all.end();
      await rm(ground.path);
    }
  });

  test("another user's file that this one may not read", async () => {
    if (!areCallersBound()) return;
    await ground.fill('a');
    await chmod(ground.path, 0o000);
    const all = ground.callers();
    expect((await all.ask('a')).faults.join()).toContain(
      'cache.db. Let it read and write the file',
    );
    await chmod(ground.path, 0o600);
    await all.askUntilHits('a');
    await all.end();
  });

  test('a lock of another process', async () => {
    await ground.fill('a');
    const query = await ground.connect();
    await query('BEGIN IMMEDIATE');
    const all = ground.callers({ busyTimeout: 1000 });
    expect((await all.ask('a')).calls).toBe(0);
    const asked = all.ask('b');
    await query('COMMIT');
    await asked;
    await all.askUntilHits('b');
    await all.end();
    expect((await readdir(ground.data)).join()).not.toContain('corrupt');
  });

  test('a file that is full, which is read meanwhile', async () => {
    await ground.fill('a');
    const query = await ground.connect();
    await query('CREATE TABLE other AS SELECT ? AS value', 'x'.repeat(2 * 1024 * 1024));
    const all = ground.callers({ maxBytes: 1024 * 1024 });
    expect((await all.ask('a')).calls).toBe(0);
    for (const topic of ['b', 'c', 'd', 'e', 'f']) await all.ask(topic);
    await query('DELETE FROM other');
    await all.askUntilHits('g');
    await all.end();
  });
});
