import { expect, test } from '@jest/globals';
import { TestResources } from './resources.ts';
import { startScript } from './start-script.ts';

const resources = new TestResources();

test('a process with an open store ends by itself', async () => {
  const script = startScript('idle-process', [resources.path]);
  resources.afterThisTest(script.kill);
  expect(await script.line()).toBe('value');
  expect(await script.ended).toBe(0);
});

test.each(['close', 'dispose', 'none'])(
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
