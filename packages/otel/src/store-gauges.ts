import type { LlmCache } from '@cached-llm/core';
import type { Attributes, BatchObservableCallback, Meter } from '@opentelemetry/api';

/** `entries` and `bytes` are those of a store that knows without counting. */
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
      description: 'The size of the entries.',
      unit: 'By',
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
    const { usedEntries: entries, usedBytes: bytes } = store;
    result.observe(gauges.open, isOpen ? 1 : 0, own);
    result.observe(gauges.evictions, evictions, own);
    if (entries !== undefined) result.observe(gauges.entries, entries, own);
    if (bytes !== undefined) result.observe(gauges.bytes, bytes, own);
  };
  const observed = Object.values(gauges);
  meter.addBatchObservableCallback(observe, observed);
  return () => {
    meter.removeBatchObservableCallback(observe, observed);
    for (const stop of stops) stop();
  };
}
