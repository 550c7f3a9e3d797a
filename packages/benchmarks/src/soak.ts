import Table from 'cli-table3';
import { soak } from './soak-run.ts';

const count = Number(process.argv[2] ?? 1_000_000);
const startedAt = performance.now();
const report = await soak(count);
const seconds = Math.round((performance.now() - startedAt) / 1_000);
const mebibytes = report.heap.map((bytes) => (bytes / 2 ** 20).toFixed(1));

const table = new Table({ head: ['soak', ''] });
table.push(
  ['calls', `${report.calls} in ${seconds} s`],
  ['failed', report.failed],
  ['wrong answers', report.wrong],
  ['calls of the provider', report.upstream],
  ['blows to the server', report.blows],
  ['heap in MiB, by tenths', mebibytes.join(' ')],
  ['resources before', report.resources.before.join(' ') || 'none'],
  ['resources after', report.resources.after.join(' ') || 'none'],
);
process.stdout.write(`${table}\n`);
// No exit: the process ends because nothing holds it.
