import type { LlmCache } from '@cached-llm/core';
import { type Meter, metrics } from '@opentelemetry/api';
import { EventRecorder } from './event-recorder.ts';
import { instrumentsOf } from './instruments.ts';
import { markSpans } from './mark-spans.ts';
import { observeStore } from './store-gauges.ts';

export interface ObserveOptions {
  /** @default the global meter provider's `cached-llm` */
  readonly meter?: Meter | undefined;
}

/**
 * Measures what a cache does from now on, and says on the active span what became of each request. No prompt,
 * answer or secret is in any of it. Prices are looked up for each answer: see `priceOf`.
 *
 * @returns how to stop.
 */
export function observeCache(
  cache: LlmCache,
  { meter = metrics.getMeter('cached-llm') }: ObserveOptions = {},
): () => void {
  const stops = [
    new EventRecorder(cache, instrumentsOf(meter)).start(),
    observeStore(cache, meter),
    markSpans(cache),
  ];
  return () => {
    for (const stop of stops) stop();
  };
}
