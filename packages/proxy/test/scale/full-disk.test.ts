import { spawnSync } from 'node:child_process';
import { open, rm } from 'node:fs/promises';
import { chatAnswer, startWireServer, temporaryFolder } from '@cached-llm/testing';
import { expect, test } from '@jest/globals';
import { call, endConnections, endProcesses, startProcess } from './processes.ts';

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

// If no disk can be mounted, only the tests of packages/store-sqlite cover this case.
if (canMount) {
  test('no call fails while the disk is full, and answers are stored again when there is room', async () => {
    const { path, remove } = await temporaryFolder();
    const upstream = await startWireServer({
      answer: () => ({ body: chatAnswer('x'.repeat(9_000)) }),
    });
    try {
      const proxy = await startProcess(`sqlite:${path}/cache.db`, upstream.url, {
        within: within(path),
      });
      const ask = (question: string) => call(proxy.url, question);
      expect([await ask('first'), await ask('first')].map(({ outcome }) => outcome)).toEqual([
        'miss',
        'hit',
      ]);
      const ballast = `/proc/${proxy.pid}/root${path}/ballast`;
      await fillUp(ballast);
      const calls = [];
      for (let number = 0; number < 100; number += 1) calls.push(await ask(`more ${number}`));
      expect(new Set(calls.map(({ result }) => result))).toEqual(new Set([200]));
      // Nothing was stored. The last ones may still be on their way into the store, and are served from there.
      const outcomes = [];
      for (let number = 40; number < 60; number += 1)
        outcomes.push((await ask(`more ${number}`)).outcome);
      expect(new Set(outcomes)).toEqual(new Set(['miss']));
      expect((await ask('first')).result).toBe(200);
      await rm(ballast);
      let again = await ask('again');
      for (let number = 0; again.outcome !== 'hit' && number < 1_000; number += 1)
        again = await ask('again');
      expect(again).toMatchObject({ result: 200, outcome: 'hit' });
      expect(await proxy.terminate()).toBe(0);
    } finally {
      endConnections();
      await endProcesses();
      await upstream.close();
      await remove();
    }
  });
} else {
  test('NOT RUN: no disk can be mounted here', () => {});
}
