import { createLlmCache } from '@cached-llm/core';
import { afterEach } from '@jest/globals';
import {
  AggregationTemporality,
  type DataPoint,
  type Histogram,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import { type ObserveOptions, observeCache } from '../src/index.ts';

const ends: (() => unknown)[] = [];

afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

/** Runs `end` when the test is over. */
export function afterTest(end: () => unknown): void {
  ends.push(end);
}

/** A meter provider whose metrics are exported into memory. */
export function startMetrics() {
  const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3_600_000 });
  const meterProvider = new MeterProvider({ readers: [reader] });
  afterTest(() => meterProvider.shutdown());
  const scopes = async () => {
    exporter.reset();
    await reader.forceFlush();
    return exporter.getMetrics().flatMap(({ scopeMetrics }) => scopeMetrics);
  };
  const metrics = async () => (await scopes()).flatMap((each) => each.metrics);
  /** The measurements of a metric that have at least these attributes. */
  const pointsOf = async (name: string, attributes: object = {}) => {
    const found = (await metrics()).filter(({ descriptor }) => descriptor.name === name);
    const points: readonly DataPoint<number | Histogram>[] = found.flatMap(
      ({ dataPoints }) => dataPoints as DataPoint<number | Histogram>[], // of one kind for each metric
    );
    const wanted = Object.entries(attributes);
    return points.filter((point) =>
      wanted.every(([key, value]) => point.attributes[key] === value),
    );
  };
  /** Their sum: of a histogram, the sum of what was recorded. */
  const sumOf = async (name: string, attributes: object = {}) =>
    (await pointsOf(name, attributes)).reduce(
      (sum, { value }) => sum + (typeof value === 'number' ? value : (value.sum ?? 0)),
      0,
    );
  /** How often something was recorded. */
  const countOf = async (name: string, attributes: object = {}) =>
    (await pointsOf(name, attributes)).reduce(
      (sum, { value }) => sum + (typeof value === 'number' ? 1 : value.count),
      0,
    );
  return { meterProvider, scopes, metrics, pointsOf, sumOf, countOf };
}

/** A cache that is observed. */
export function startObserved(
  options: Parameters<typeof createLlmCache>[0] = {},
  observing: Omit<ObserveOptions, 'meterProvider'> = {},
) {
  const recorded = startMetrics();
  const cache = createLlmCache(options);
  const { meterProvider } = recorded;
  const stop = observeCache(cache, { meterProvider, ...observing });
  return { ...recorded, cache, stop };
}
