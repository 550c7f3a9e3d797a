// soak [calls] [--hung] [--json]: makes a million calls over a Redis that is killed, suspended and restarted, and counts their outcomes.
// With --hung the provider hangs instead. Nothing here is measured in time, and no answer is trusted: each is compared with the right one.
// Start reading in soak-run.ts and soak-hung.ts; soak-calls.ts makes the calls of the first.
import Table from 'cli-table3';
import { type HungReport, soakHung } from './soak-hung.ts';
import { type SoakReport, soak } from './soak-run.ts';

const inMebibytes = (heap: readonly number[]) =>
  heap.map((bytes) => (bytes / 2 ** 20).toFixed(1)).join(' ');

const rowsOf = (report: SoakReport): [string, string | number][] => [
  ['failed', report.failed],
  ['wrong answers', report.wrong],
  ['calls of the provider', report.upstream],
  ['failures of the server', report.failures],
  ['heap in MiB, by tenths', inMebibytes(report.heap)],
  ['resources before', report.resources.before.join(' ') || 'none'],
  ['resources after', report.resources.after.join(' ') || 'none'],
];

const hungRowsOf = (report: HungReport): [string, string | number][] => [
  ['ended at callTimeout', report.timedOut],
  ['failed', report.failed],
  ['wrong answers', report.wrong],
  ['calls of the provider', report.upstream],
  ['keys that stay taken', report.wedged],
  ['flights left', report.areFlightsLeft ? 'some' : 'none'],
  ['heap in MiB, by tenths', inMebibytes(report.heap)],
];

const flags = process.argv.slice(2);
const count = Number(flags.find((flag) => /^\d+$/.test(flag)) ?? 1_000_000);
const startedAt = performance.now();
const run = async () => {
  if (flags.includes('--hung')) {
    const report = await soakHung(count);
    return { report, rows: hungRowsOf(report) };
  }
  const report = await soak(count);
  return { report, rows: rowsOf(report) };
};
const { report, rows } = await run();
const seconds = Math.round((performance.now() - startedAt) / 1_000);
const table = new Table({ head: ['soak', ''], style: { head: [], border: [] } });
table.push(['calls', `${report.calls} in ${seconds} s`], ...rows);
process.stdout.write(flags.includes('--json') ? JSON.stringify(report) : `${table.toString()}\n`);
// There is no exit: the process has to end by itself.
