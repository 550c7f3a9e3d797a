import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { temporaryFolder } from '@cached-llm/testing';
import { expect, test } from '@jest/globals';

const fromExamples = createRequire(new URL('../../../examples/package.json', import.meta.url));

test('a process with an open store ends by itself', async () => {
  const folder = await temporaryFolder();
  const script = fileURLToPath(new URL('./idle-process.ts', import.meta.url));
  const run = promisify(execFile)(
    process.execPath,
    [
      fromExamples.resolve('tsx/cli'),
      '--conditions=@cached-llm/source',
      script,
      `${folder.path}/cache.db`,
    ],
    { timeout: 60_000 },
  );
  const { stdout } = await run.finally(() => folder.remove());
  expect(stdout).toBe('value');
});
