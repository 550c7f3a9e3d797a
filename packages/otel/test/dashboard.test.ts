import { readFileSync } from 'node:fs';
import { freePort } from '@cached-llm/testing';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { PrometheusExporter } from '@opentelemetry/exporter-prometheus';
import { DataPointType } from '@opentelemetry/sdk-metrics';
import { liveThrough } from './life.ts';

interface Panel {
  readonly title: string;
  readonly targets: readonly { readonly expr: string }[];
}

const path = new URL('../dashboards/grafana.json', import.meta.url);
const { panels } = JSON.parse(readFileSync(path, 'utf8')) as { readonly panels: readonly Panel[] };
const queries = panels.flatMap(({ title, targets }) =>
  targets.map(({ expr }): [title: string, expr: string] => [title, expr]),
);

type Metric = Awaited<ReturnType<Awaited<ReturnType<typeof liveThrough>>['metrics']>>[number];

const underscored = (name: string) => name.replace(/[^a-z0-9]/g, '_');

/** What Prometheus appends to the names of a metric, beside its unit. */
function endingsOf({ dataPointType, ...metric }: Metric): readonly string[] {
  if (dataPointType === DataPointType.HISTOGRAM) return ['_bucket', '_sum', '_count'];
  return 'isMonotonic' in metric && metric.isMonotonic ? ['_total'] : [''];
}

/** OTLP's names have the unit: opentelemetry.io/docs/specs/otel/compatibility/prometheus_and_openmetrics. */
const UNITS: Readonly<Record<string, string>> = { s: '_seconds', By: '_bytes', '1': '_ratio' };

function otlpNamesOf(metric: Metric): readonly string[] {
  const name = underscored(metric.descriptor.name);
  const unit = UNITS[metric.descriptor.unit] ?? '';
  return endingsOf(metric).map((ending) => `${name}${name.endsWith(unit) ? '' : unit}${ending}`);
}

/** The names that a query selects, each as an expression for the whole name. */
function selectedIn(expr: string): readonly RegExp[] {
  const matched = [...expr.matchAll(/__name__=~"([^"]+)"/g)].map(([, pattern]) => pattern);
  const written = [...expr.matchAll(/([a-z_]+)\{/g)].map(([, name]) => name);
  return [...matched, ...written].map((pattern) => new RegExp(`^${pattern}$`));
}

let metrics: readonly Metric[];
/** As the exporter writes them: `name{label="value",...} number`. */
let series: readonly string[];

beforeAll(async () => {
  const port = await freePort();
  const observed = await liveThrough([new PrometheusExporter({ port, host: '127.0.0.1' })]);
  metrics = await observed.metrics();
  const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  series = text.split('\n').filter((line) => !line.startsWith('#'));
  await observed.meterProvider.shutdown();
});

const namesInExport = () => series.map((line) => line.split('{')[0] ?? '');

describe('each query of the dashboard', () => {
  test.each(queries)('%s selects metrics of the exporter: %s', (_title, expr) => {
    const unknown = selectedIn(expr).filter(
      (name) => !namesInExport().some((each) => name.test(each)),
    );
    expect([selectedIn(expr).length > 0, unknown]).toEqual([true, []]);
  });

  test.each(queries)('%s selects the metrics of OTLP: %s', (_title, expr) => {
    const names = metrics.flatMap(otlpNamesOf);
    expect(selectedIn(expr).filter((name) => !names.some((each) => name.test(each)))).toEqual([]);
  });

  test.each(queries)('%s takes metrics of our scope only: %s', (_title, expr) => {
    const scoped = expr.split('otel_scope_name=~"(@cached-llm/otel)?"').length - 1;
    expect(scoped).toBe(selectedIn(expr).length);
  });

  test.each(queries)('%s names attributes that there are: %s', (_title, expr) => {
    const named = expr.match(/\b(cached_llm|gen_ai|error)_[a-z_]+(?=[=!,)])/g) ?? [];
    const given = (name: string) => series.some((line) => line.includes(`${name}="`));
    const optional = new Set(['cached_llm_cache']); // where the cache has a name
    expect(named.filter((name) => !optional.has(name) && !given(name))).toEqual([]);
  });
});
