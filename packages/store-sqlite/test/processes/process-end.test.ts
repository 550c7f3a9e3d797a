import { expect, test } from '@jest/globals';
import { driver } from '../chosen-driver.ts';
import { TestResources } from '../resources.ts';
import { startScript } from './start-script.ts';

const resources = new TestResources();

test('a process with an open store ends by itself', async () => {
  const script = startScript('idle-process', [resources.path]);
  resources.afterThisTest(script.kill);
  expect(await script.line()).toBe('value');
  expect(await script.ended).toBe(0);
});

// Only `node:sqlite` can write while the process ends.
const endings = driver === 'node:sqlite' ? ['exit'] : [];

test.each(['close', 'dispose', 'none', ...endings])(
  'a process that ends right after its answer has stored it: %s',
  async (ending) => {
    for (const calls of ['1', '0']) {
      const script = startScript('exit-process', [resources.path, ending]);
      resources.afterThisTest(script.kill);
      expect(await script.line()).toBe(calls);
      expect(await script.ended).toBe(0);
    }
  },
);
