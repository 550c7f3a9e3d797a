import type { LlmCache } from '@cached-llm/core';
import type { Attributes, BatchObservableCallback, Meter } from '@opentelemetry/api';

/** What memory knows at any time, and of another store what `cache.measure` found last. */
function gaugesOf(meter: Meter) {
  return {
    open: meter.createObservableGauge('cached_llm.breaker.open', {
      description: '1 while the store is not asked because it failed repeatedly.',
    }),
    entries: meter.createObservableGauge('cached_llm.store.entries', {
      description: 'Entries in the store.',
      unit: '{entry}',
    }),
    bytes: meter.createObservableGauge('cached_llm.store.bytes', {
      description: 'The bytes that are in use of the store.',
      unit: 'By',
    }),
    utilization: meter.createObservableGauge('cached_llm.store.utilization', {
      description: 'The share (0 to 1) that is in use of a bounded store.',
      unit: '1',
    }),
    evictions: meter.createObservableCounter('cached_llm.store.evictions', {
      description: 'Entries that a full store evicted.',
      unit: '{entry}',
    }),
  };
}

/** What a store holds, and whether it is left alone for now. Returns how to stop. */
export function observeStore(
  cache: Pick<LlmCache, 'on' | 'stats'>,
  { meter, own }: { readonly meter: Meter; readonly own: Attributes },
): () => void {
  const gauges = gaugesOf(meter);
  let isOpen = false;
  const stops = [
    cache.on('breaker-open', () => (isOpen = true)),
    cache.on('breaker-closed', () => (isOpen = false)),
  ];
  const observe: BatchObservableCallback = (result) => {
    const { evictions, store } = cache.stats();
    const { entries = store.usedEntries, utilization } = store;
    const { usedBytes: bytes = store.bytes } = store;
    result.observe(gauges.open, isOpen ? 1 : 0, own);
    result.observe(gauges.evictions, evictions, own);
    if (entries !== undefined) result.observe(gauges.entries, entries, own);
    if (bytes !== undefined) result.observe(gauges.bytes, bytes, own);
    if (utilization !== undefined) result.observe(gauges.utilization, utilization, own);
  };
  const observed = Object.values(gauges);
  meter.addBatchObservableCallback(observe, observed);
  return () => {
    meter.removeBatchObservableCallback(observe, observed);
    for (const stop of stops) stop();
  };
}
