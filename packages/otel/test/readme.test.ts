import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { DataPointType } from '@opentelemetry/sdk-metrics';
import { CONVENTIONS } from '../src/index.ts';
import { liveThrough } from './life.ts';

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');

/** The cells of each row of a table, without the marks of code. */
const rows = readme
  .split('\n')
  .filter((line) => line.startsWith('| `'))
  .map((line) => line.split('|').map((cell) => cell.trim().replace(/^`(.*)`$/, '$1')));

type Metric = Awaited<ReturnType<Awaited<ReturnType<typeof liveThrough>>['metrics']>>[number];

function kindOf({ dataPointType, ...metric }: Metric): string {
  if (dataPointType === DataPointType.HISTOGRAM) return 'histogram';
  return 'isMonotonic' in metric && metric.isMonotonic ? 'counter' : 'gauge';
}

test('the tables list every metric with its kind and its unit, and no other', async () => {
  const metrics = await (await liveThrough()).metrics();
  const listed = rows.filter(([, , kind = '']) => /^(histogram|counter|gauge)$/.test(kind));
  expect(listed.map(([, name, kind, unit]) => [name, kind, unit]).sort()).toEqual(
    metrics.map((each) => [each.descriptor.name, kindOf(each), each.descriptor.unit]).sort(),
  );
});

test('the tables list every attribute, and the text names the version of the conventions', async () => {
  const metrics = await (await liveThrough()).metrics();
  const points = metrics.flatMap(({ dataPoints }) => dataPoints as { attributes: object }[]);
  const names = new Set(points.flatMap(({ attributes }) => Object.keys(attributes)));
  expect([...names].filter((name) => !readme.includes(`\`${name}\``))).toEqual([]);
  expect(readme).toContain(`version ${CONVENTIONS}`);
});
