import type { Usage } from '../entry/index.ts';
import type { CacheEvents, CallCost, EventCounting, EventName } from '../events/index.ts';
import { addAnswer, addReason, type Tally, type TallyBook } from './counters.ts';

/** US dollars for an answer where they are known without a list of prices: the user's word, or the provider's. */
type KnownPrice = (usage: Usage | undefined, cost: CallCost) => number | undefined;

interface Counting {
  readonly book: TallyBook;
  readonly knownPrice: KnownPrice;
}

type Count<Name extends EventName> = (counting: Counting, event: CacheEvents[Name]) => void;

/** Not the answer that was asked for: it is not paid, or nobody knows. */
const NO_ANSWER: ReadonlySet<string> = new Set(['status', 'error']);

/** Ended before its end: paid, and of no length that says anything. */
const TORN: ReadonlySet<string> = new Set(['left', 'failed']);

const tallyOf = ({ book }: Counting, { provider, model }: CallCost): Tally =>
  book.tally(provider, model);

/** An answer without a call of its own. */
function save({ knownPrice }: Counting, { saved }: Tally, cost: CallCost): void {
  addAnswer(saved, cost.usage, knownPrice(cost.usage, cost));
}

function serve(counting: Counting, tally: Tally, event: CacheEvents['hit']): void {
  const { counts, cached } = tally;
  cached.add(event.waited);
  if (event.took !== undefined) {
    counts.replaced += event.took;
    counts.replacing += event.waited;
  }
  save(counting, tally, event);
}

/** What each event adds; the others add nothing. */
const COUNTS: { readonly [Name in EventName]?: Count<Name> } = {
  hit(counting, event) {
    const tally = tallyOf(counting, event);
    tally.counts.hits += 1;
    serve(counting, tally, event);
  },
  stale(counting, event) {
    const tally = tallyOf(counting, event);
    tally.counts.stale += 1;
    serve(counting, tally, event);
  },
  collapsed(counting, event) {
    const tally = tallyOf(counting, event);
    tally.counts.collapsed += 1;
    save(counting, tally, event);
  },
  miss(counting, event) {
    tallyOf(counting, event).counts.misses += 1;
  },
  bypass({ book }, { provider, reason }) {
    const { counts, reasons } = book.tally(provider, undefined);
    counts.bypasses += 1;
    addReason(reasons.bypasses, reason);
  },
  stored(counting, event) {
    tallyOf(counting, event).counts.stored += 1;
  },
  'not-admitted'(counting, event) {
    const tally = tallyOf(counting, event);
    tally.counts.notAdmitted += 1;
    addReason(tally.reasons.notAdmitted, event.reason);
  },
  'store-error'({ book }, { operation }) {
    const { counts, reasons } = book.storeTally();
    counts.storeErrors += 1;
    addReason(reasons.storeErrors, operation);
  },
};

/** A call that was made, as soon as what it came to is known: whether its answer is kept is another matter. */
function countCall(counting: Counting, cost: CallCost, rejection: string | undefined): void {
  const { usage, took } = cost;
  const isAnswer = rejection === undefined || !NO_ANSWER.has(rejection);
  if (!isAnswer && usage === undefined) return;
  const { spent, uncached } = tallyOf(counting, cost);
  addAnswer(spent, usage, counting.knownPrice(usage, cost));
  const isWhole = isAnswer && (rejection === undefined || !TORN.has(rejection));
  if (isWhole && took !== undefined) uncached.add(took);
}

function countEvent<Name extends EventName>(
  counting: Counting,
  name: Name,
  event: CacheEvents[Name],
): void {
  COUNTS[name]?.(counting, event);
}

/** Counts calls and events in `book`. */
export function countingIn(counting: Counting): EventCounting {
  return {
    countCall: (cost, rejection) => countCall(counting, cost, rejection),
    countEvent: (name, event) => countEvent(counting, name, event),
  };
}
