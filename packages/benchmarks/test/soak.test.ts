import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from '@jest/globals';
import type { HungReport } from '../src/soak/soak-hung.ts';
import type { SoakReport } from '../src/soak/soak-run.ts';

const CALLS = 30_000;

/** Runs the soak in its own process, which has to end by itself. */
async function soakReport(...flags: string[]): Promise<unknown> {
  const script = fileURLToPath(new URL('../src/soak/index.ts', import.meta.url));
  const source = ['--conditions=@cached-llm/source', '--import', import.meta.resolve('tsx')];
  const command = [...source, script, String(CALLS), '--json', ...flags];
  const { stdout } = await promisify(execFile)(process.execPath, command);
  return JSON.parse(stdout);
}

test('a store that fails repeatedly makes no call fail, causes no wrong answer, and leaves nothing open', async () => {
  const report = (await soakReport()) as SoakReport; // what `soak` prints
  expect([report.failed, report.wrong, report.calls]).toEqual([0, 0, CALLS]);
  const left = report.resources.after.filter((name) => name !== 'PipeWrap'); // the pipes belong to this test
  expect(left).toEqual([]);
});

test('a provider that hangs now and then leaves no key taken, no flight and no heap behind', async () => {
  const report = (await soakReport('--hung')) as HungReport; // what `soakHung` prints
  const { failed, wrong, wedged, areFlightsLeft, heap } = report;
  expect({ failed, wrong, wedged, areFlightsLeft }).toEqual({
    ...{ failed: 0, wrong: 0, wedged: 0, areFlightsLeft: false },
  });
  expect(report.timedOut).toBeGreaterThan(100);
  const [, second = 0] = heap; // the memory of the cache is full by then
  expect(heap.at(-1)).toBeLessThan(1.5 * second);
});
