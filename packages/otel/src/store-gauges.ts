import type { LlmCache } from '@cached-llm/core';
import type { BatchObservableCallback, Meter } from '@opentelemetry/api';

/** `entries` and `bytes` are those of a store that knows without counting. */
function gaugesOf(meter: Meter) {
  return {
    open: meter.createObservableGauge('cached_llm.breaker.open', {
      description: '1 while the store is not asked because it failed repeatedly.',
    }),
    entries: meter.createObservableGauge('cached_llm.store.entries', {
      description: 'Entries in the store.',
    }),
    bytes: meter.createObservableGauge('cached_llm.store.bytes', {
      description: 'What they take.',
      unit: 'By',
    }),
    evictions: meter.createObservableCounter('cached_llm.store.evictions', {
      description: 'Entries that a full store let go of.',
    }),
  };
}

/** What a store holds, and whether it is left alone for now. Returns how to stop. */
export function observeStore(cache: Pick<LlmCache, 'on' | 'stats'>, meter: Meter): () => void {
  const gauges = gaugesOf(meter);
  let isOpen = false;
  const stops = [
    cache.on('breaker-open', () => (isOpen = true)),
    cache.on('breaker-closed', () => (isOpen = false)),
  ];
  const observe: BatchObservableCallback = (result) => {
    const { entries, bytes, evictions } = cache.stats();
    result.observe(gauges.open, isOpen ? 1 : 0);
    result.observe(gauges.evictions, evictions);
    if (entries !== undefined) result.observe(gauges.entries, entries);
    if (bytes !== undefined) result.observe(gauges.bytes, bytes);
  };
  const observed = Object.values(gauges);
  meter.addBatchObservableCallback(observe, observed);
  return () => {
    meter.removeBatchObservableCallback(observe, observed);
    for (const stop of stops) stop();
  };
}
