import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { startRedis, until } from '@cached-llm/testing';
import { expect, test } from '@jest/globals';

const fromExamples = createRequire(new URL('../../../../examples/package.json', import.meta.url));
const script = fileURLToPath(new URL('./leaving-process.ts', import.meta.url));

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

test.each([['exit'], ['error'], ['SIGTERM'], ['SIGINT'], ['SIGKILL']])(
  'a server ends with the process that started it: %s',
  async (way) => {
    const node = ['--import', fromExamples.resolve('tsx'), '--conditions=@cached-llm/source'];
    const stdio = ['ignore', 'pipe', 'ignore'] as const;
    const child = spawn(process.execPath, [...node, script, way], { stdio: [...stdio] });
    const pid = Number(await text(child.stdout));
    expect(pid).toBeGreaterThan(1);
    await until('The server has ended', () => !isRunning(pid));
  },
);

test('a server that was stopped and one that runs on are left alone', async () => {
  const [stopped, running] = await Promise.all([startRedis(), startRedis()]);
  await stopped.stop();
  expect(await running.command('PING')).toContain('PONG');
  await running.restart();
  expect(await running.command('PING')).toContain('PONG');
  await running.stop();
});
