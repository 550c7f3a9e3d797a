import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from '@jest/globals';
import type { SoakReport } from '../src/soak/soak-run.ts';

const CALLS = 30_000;

/** Runs the soak in its own process, which has to end by itself. */
async function soakReport(): Promise<SoakReport> {
  const script = fileURLToPath(new URL('../src/soak/index.ts', import.meta.url));
  const source = ['--conditions=@cached-llm/source', '--import', import.meta.resolve('tsx')];
  const command = [...source, script, String(CALLS), '--json'];
  const { stdout } = await promisify(execFile)(process.execPath, command);
  return JSON.parse(stdout);
}

test('a store that fails repeatedly makes no call fail, causes no wrong answer, and leaves nothing open', async () => {
  const report = await soakReport();
  expect([report.failed, report.wrong, report.calls]).toEqual([0, 0, CALLS]);
  const left = report.resources.after.filter((name) => name !== 'PipeWrap'); // the pipes belong to this test
  expect(left).toEqual([]);
});
