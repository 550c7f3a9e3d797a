import { smallDisk } from '@cached-llm/testing';
import { expect, test } from '@jest/globals';
import { startCallers } from '../processes/callers.ts';

const disk = await smallDisk();

// If no disk can be mounted, only "a file that is full" in faults.test.ts covers this case.
if (disk !== undefined) {
  test('calls are answered while the disk is full, the file is read meanwhile, and it is used again when there is room', async () => {
    const callers = startCallers({ path: `${disk.path}/cache.db` }, { within: disk.within });
    try {
      expect((await callers.ask('a')).stored).toHaveLength(32);
      const makeRoom = await disk.fillUp(callers.pid);
      const faults: string[] = [];
      for (let number = 0; !faults.some((fault) => fault.startsWith('set')); number += 1) {
        faults.push(...(await callers.ask(`more ${number}`)).faults);
      }
      expect(faults.join()).toMatch(/set: SQLITE_(FULL|IOERR)/);
      await makeRoom();
      await callers.askUntilHits('b');
      expect((await callers.ask('a')).calls).toBe(0);
      await callers.end();
    } finally {
      await callers.kill();
      await disk.remove();
    }
  });
} else {
  test('NOT RUN: no disk can be mounted here', () => {});
}
