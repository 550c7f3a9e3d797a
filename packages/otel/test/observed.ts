import { createLlmCache } from '@cached-llm/core';
import { afterEach } from '@jest/globals';
import {
  AggregationTemporality,
  type DataPoint,
  type Histogram,
  type IMetricReader,
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
export function startMetrics(readers: readonly IMetricReader[] = []) {
  const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3_600_000 });
  const meterProvider = new MeterProvider({ readers: [reader, ...readers] });
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

interface Observing extends Omit<ObserveOptions, 'meterProvider'> {
  /** Readers of the metrics beside the one in memory. */
  readonly readers?: readonly IMetricReader[];
}

/** A cache that is observed. */
export function startObserved(
  options: Parameters<typeof createLlmCache>[0] = {},
  observing: Observing = {},
) {
  const { readers, ...rest } = observing;
  const recorded = startMetrics(readers);
  const cache = createLlmCache(options);
  const { meterProvider } = recorded;
  const stop = observeCache(cache, { meterProvider, ...rest });
  return { ...recorded, cache, stop };
}
