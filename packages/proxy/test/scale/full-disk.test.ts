import { chatAnswer, smallDisk, startWireServer } from '@cached-llm/testing';
import { expect, test } from '@jest/globals';
import { call, endConnections, endProcesses, startProcess } from './processes.ts';

const disk = await smallDisk();

// If no disk can be mounted, only the tests of packages/store-sqlite cover this case.
if (disk !== undefined) {
  test('no call fails while the disk is full, and answers are stored again when there is room', async () => {
    const upstream = await startWireServer({
      answer: () => ({ body: chatAnswer('x'.repeat(9_000)) }),
    });
    try {
      const { path, within } = disk;
      const proxy = await startProcess(`sqlite:${path}/cache.db`, upstream.url, { within });
      const ask = (question: string) => call(proxy.url, question);
      expect([await ask('first'), await ask('first')].map(({ outcome }) => outcome)).toEqual([
        'miss',
        'hit',
      ]);
      const makeRoom = await disk.fillUp(proxy.pid);
      const calls = [];
      for (let number = 0; number < 100; number += 1) calls.push(await ask(`more ${number}`));
      expect(new Set(calls.map(({ result }) => result))).toEqual(new Set([200]));
      // Nothing was stored. The last ones may still be on their way into the store, and are served from there.
      const outcomes = [];
      for (let number = 40; number < 60; number += 1)
        outcomes.push((await ask(`more ${number}`)).outcome);
      expect(new Set(outcomes)).toEqual(new Set(['miss']));
      expect((await ask('first')).result).toBe(200);
      await makeRoom();
      let again = await ask('again');
      for (let number = 0; again.outcome !== 'hit' && number < 1_000; number += 1)
        again = await ask('again');
      expect(again).toMatchObject({ result: 200, outcome: 'hit' });
      expect(await proxy.terminate()).toBe(0);
    } finally {
      endConnections();
      await endProcesses();
      await upstream.close();
      await disk.remove();
    }
  });
} else {
  test('NOT RUN: no disk can be mounted here', () => {});
}
