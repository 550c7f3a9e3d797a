import type { LlmCache } from '@cached-llm/core';
import { observeCache } from '@cached-llm/otel';
import { PrometheusExporter, PrometheusSerializer } from '@opentelemetry/exporter-prometheus';
import { MeterProvider } from '@opentelemetry/sdk-metrics';
import type { ProxiedCall } from './call-facts.ts';

/** Seconds: a hit ends before the first boundary of most dashboards, and a long answer takes minutes. */
const DURATIONS = [0.001, 0.002, 0.005, 0.01, 0.025, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300];

export interface ProxyMetrics {
  /** Counts a call that has ended. */
  record(call: ProxiedCall): void;
  /** All metrics, as Prometheus reads them. */
  text(): Promise<string>;
  stop(): Promise<void>;
}

/** One exporter without a server of its own: the proxy has one. */
function meterProvider() {
  const reader = new PrometheusExporter({ preventServerStart: true });
  return { reader, provider: new MeterProvider({ readers: [reader] }) };
}

/**
 * The metrics of a cache, by @cached-llm/otel, and `cached_llm.proxy.duration`: how long the calls of each route took, by
 * outcome and status, of those too that the cache never saw. None has a model, a path or a caller in it.
 */
export function startMetrics(cache: LlmCache): ProxyMetrics {
  const { reader, provider } = meterProvider();
  const stop = observeCache(cache, { meterProvider: provider });
  const duration = provider
    .getMeter('@cached-llm/proxy')
    .createHistogram('cached_llm.proxy.duration', {
      description: 'From the head of a request to the end of its response.',
      unit: 's',
      advice: { explicitBucketBoundaries: DURATIONS },
    });
  const serializer = new PrometheusSerializer();
  return {
    record({ route = 'none', outcome, status, ms }) {
      const attributes = {
        'cached_llm.proxy.route': route,
        'cached_llm.outcome': outcome,
        'http.response.status_code': status,
      };
      duration.record(ms / 1000, attributes);
    },
    async text() {
      const { resourceMetrics } = await reader.collect();
      return serializer.serialize(resourceMetrics);
    },
    async stop() {
      stop();
      await provider.shutdown();
    },
  };
}
