import type { LlmCache } from '@cached-llm/core';
import { createNoopMeter, type MeterProvider, metrics } from '@opentelemetry/api';
import { cacheInstruments } from './cache-instruments.ts';
import { CacheRecorder } from './cache-recorder.ts';
import { CallAttributes, type OperationOf } from './call-attributes.ts';
import { GenAiRecorder } from './gen-ai-recorder.ts';
import { markSpans } from './mark-spans.ts';
import { observeStore } from './store-gauges.ts';

/** The name of the instrumentation scope. Dashboards can tell our metrics by it from those of another instrumentation. */
const SCOPE = '@cached-llm/otel';

/** Options of `observeCache`: where metrics go, and which of them are recorded. */
export interface ObserveOptions {
  /** @default the global one, as it is when the observation begins */
  readonly meterProvider?: MeterProvider | undefined;
  /**
   * Records the metrics `gen_ai.*` of the calls that were made. Say `false` where an instrumentation of the SDK records
   * such metrics, so that no call is counted twice. The metrics `cached_llm.*` are recorded in either case.
   *
   * @default true
   */
  readonly genAiMetrics?: boolean | undefined;
  /** The attribute `cached_llm.cache` of every metric `cached_llm.*`. Two caches need two names. @default none */
  readonly name?: string | undefined;
  /**
   * `gen_ai.operation.name` of calls whose transport does not say it, such as those of a wrapped function.
   *
   * @default `embeddings` where the name of the provider contains `embed`, else `chat`
   */
  readonly operationOf?: OperationOf | undefined;
}

let isWarned = false;

/** Nothing fails in silence: metrics that nobody records look like a cache that does nothing. */
function warnOfNoSdk(): void {
  if (isWarned) return;
  isWarned = true;
  process.emitWarning(
    'No metrics of the cache are recorded, because no SDK of OpenTelemetry is registered. Register it before observeCache, or say meterProvider.',
    { type: 'LlmCacheWarning', code: 'NO_METER_PROVIDER' },
  );
}

/**
 * Measures what a cache does from now on, and says on the active span what became of each request. No prompt,
 * answer or secret is in any of it. Prices are looked up for each answer: see `priceOf`.
 *
 * @returns how to stop.
 */
export function observeCache(cache: LlmCache, options: ObserveOptions = {}): () => void {
  const { meterProvider = metrics, genAiMetrics = true, name, operationOf } = options;
  const meter = meterProvider.getMeter(SCOPE);
  const own = name === undefined ? {} : { 'cached_llm.cache': name };
  const instruments = cacheInstruments(meter);
  const attributes = new CallAttributes(operationOf);
  if (meter === createNoopMeter()) warnOfNoSdk();
  const stops = [
    new CacheRecorder({ cache, instruments, attributes, own }).start(),
    observeStore(cache, { meter, own }),
    markSpans(cache),
    ...(genAiMetrics ? [new GenAiRecorder(meter, attributes).start(cache)] : []),
  ];
  return () => {
    for (const stop of stops) stop();
  };
}
