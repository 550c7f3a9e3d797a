import { Reporter } from '../../src/events/reporter.ts';
import { TallyBook } from '../../src/ledger/tally-book.ts';

/** A reporter of its own, and the book it counts in. No price is known. */
export function startReporter(now: () => number = Date.now) {
  const book = new TallyBook(now);
  return { book, reporter: new Reporter({ book, knownPrice: () => undefined }) };
}
