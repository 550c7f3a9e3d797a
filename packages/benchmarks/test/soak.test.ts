import { expect, test } from '@jest/globals';
import { soak } from '../src/soak-run.ts';

test('a store that keeps failing makes no call fail, gives no wrong answer, and leaves nothing behind', async () => {
  const report = await soak(60_000);
  expect([report.failed, report.wrong, report.calls]).toEqual([0, 0, 60_000]);
  expect(report.upstream).toBeLessThan(report.calls);
  expect(report.resources.after).toEqual(report.resources.before);
});
