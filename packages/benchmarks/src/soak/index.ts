// soak [calls] [--json]: makes a million calls over a Redis that is killed, suspended and restarted, and counts their outcomes.
// Nothing here is measured in time, and no answer is trusted: each is compared with the right one.
// Start reading in soak-run.ts; soak-calls.ts makes the calls.
import Table from 'cli-table3';
import { type SoakReport, soak } from './soak-run.ts';

function tableOf(report: SoakReport, seconds: number): string {
  const table = new Table({ head: ['soak', ''], style: { head: [], border: [] } });
  table.push(
    ['calls', `${report.calls} in ${seconds} s`],
    ['failed', report.failed],
    ['wrong answers', report.wrong],
    ['calls of the provider', report.upstream],
    ['failures of the server', report.failures],
    ['heap in MiB, by tenths', report.heap.map((bytes) => (bytes / 2 ** 20).toFixed(1)).join(' ')],
    ['resources before', report.resources.before.join(' ') || 'none'],
    ['resources after', report.resources.after.join(' ') || 'none'],
  );
  return table.toString();
}

const [count = '1000000', form] = process.argv.slice(2);
const startedAt = performance.now();
const report = await soak(Number(count));
const seconds = Math.round((performance.now() - startedAt) / 1_000);
process.stdout.write(form === '--json' ? JSON.stringify(report) : `${tableOf(report, seconds)}\n`);
// There is no exit: the process has to end by itself.
