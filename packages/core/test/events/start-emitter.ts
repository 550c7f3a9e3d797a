import { CacheEventEmitter } from '../../src/events/emitter.ts';
import { countEvents } from '../../src/ledger/count-event.ts';
import { CountersByTime } from '../../src/ledger/counters-by-time.ts';

/** An emitter, and the counters in which it counts. No price is known. */
export function startEmitter(now: () => number = Date.now) {
  const counters = new CountersByTime(now);
  return {
    counters,
    events: new CacheEventEmitter(countEvents({ counters, priceOf: undefined })),
  };
}
