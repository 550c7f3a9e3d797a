import { CacheEventEmitter } from '../../src/events/emitter.ts';
import { countingIn } from '../../src/ledger/count-event.ts';
import { TallyBook } from '../../src/ledger/counters.ts';

/** A events of its own, and the book it counts in. No price is known. */
export function startEmitter(now: () => number = Date.now) {
  const book = new TallyBook(now);
  return { book, events: new CacheEventEmitter(countingIn({ book, knownPrice: () => undefined })) };
}
