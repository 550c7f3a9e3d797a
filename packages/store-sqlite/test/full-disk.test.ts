import { spawnSync } from 'node:child_process';
import { open, rm } from 'node:fs/promises';
import { temporaryFolder } from '@cached-llm/testing';
import { expect, test } from '@jest/globals';
import { startCallers } from './callers.ts';

const NAMESPACE = process.getuid?.() === 0 ? ['unshare', '-m'] : ['unshare', '-rm'];
// Only this process sees the disk, which is removed when the process ends.
const within = (folder: string) => [
  ...NAMESPACE,
  ...['sh', '-c', 'mount -t tmpfs -o size=4m none "$0" && exec "$@"', folder],
];

const folder = await temporaryFolder();
const [unshare = '', ...rest] = [...within(folder.path), 'true'];
const canMount = spawnSync(unshare, rest).status === 0;
await folder.remove();

/** Fills the disk to its last page. */
async function fillUp(path: string): Promise<void> {
  const file = await open(path, 'w');
  for (let isFull = false; !isFull; ) {
    isFull = await file.write(Buffer.alloc(4096)).then(
      () => false,
      () => true,
    );
  }
  await file.close();
}

// If no disk can be mounted, only "a file that is full" in faults.test.ts covers this case.
if (canMount) {
  test('calls are answered while the disk is full, the file is read meanwhile, and it is used again when there is room', async () => {
    const { path, remove } = await temporaryFolder();
    const callers = startCallers({ path: `${path}/cache.db` }, { within: within(path) });
    try {
      expect((await callers.ask('a')).stored).toHaveLength(32);
      const ballast = `/proc/${callers.pid}/root${path}/ballast`;
      await fillUp(ballast);
      const faults: string[] = [];
      for (let number = 0; !faults.some((fault) => fault.startsWith('set')); number += 1) {
        faults.push(...(await callers.ask(`more ${number}`)).faults);
      }
      expect(faults.join()).toMatch(/set: SQLITE_(FULL|IOERR)/);
      await rm(ballast);
      await callers.askUntilHits('b');
      expect((await callers.ask('a')).calls).toBe(0);
      await callers.end();
    } finally {
      await callers.kill();
      await remove();
    }
  });
} else {
  test('NOT RUN: no disk can be mounted here', () => {});
}
