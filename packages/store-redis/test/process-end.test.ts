import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { freePort, startRedis } from '@cached-llm/testing';
import { expect, test } from '@jest/globals';

const fromExamples = createRequire(new URL('../../../examples/package.json', import.meta.url));
const SCRIPT = fileURLToPath(new URL('./idle-process.ts', import.meta.url));

async function outputOfProcess(url: string): Promise<string> {
  const tsx = [fromExamples.resolve('tsx/cli'), '--conditions=@cached-llm/source'];
  const run = promisify(execFile);
  const { stdout } = await run(process.execPath, [...tsx, SCRIPT, url], { timeout: 60_000 });
  return stdout;
}

test('a process with an open store ends by itself, after what it awaits', async () => {
  const server = await startRedis();
  expect(await outputOfProcess(server.url).finally(() => server.stop())).toBe('true value');
}, 10_000);

test('a process with a store whose server is away ends by itself', async () => {
  const port = await freePort();
  expect(await outputOfProcess(`redis://127.0.0.1:${port}`)).toBe('false ECONNREFUSED');
}, 10_000);
