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
