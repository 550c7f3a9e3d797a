import { Reporter } from '../../src/events/emitter.ts';
import { countingIn } from '../../src/ledger/count-event.ts';
import { TallyBook } from '../../src/ledger/counters.ts';

/** A reporter of its own, and the book it counts in. No price is known. */
export function startReporter(now: () => number = Date.now) {
  const book = new TallyBook(now);
  return { book, reporter: new Reporter(countingIn({ book, knownPrice: () => undefined })) };
}
