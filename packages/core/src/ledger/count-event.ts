import type { Usage } from '../entry/index.ts';
import type { CacheEvents, CallCost, EventCounting, EventName } from '../events/index.ts';
import { addReason, addUsage, type Counters, type CountersByDay } from './counters.ts';

/** US dollars for an answer where they are known without a list of prices: the user's word, or the provider's. */
type KnownPrice = (usage: Usage | undefined, cost: CallCost) => number | undefined;

interface Counting {
  readonly counters: CountersByDay;
  readonly knownPrice: KnownPrice;
}

type Count<Name extends EventName> = (counting: Counting, event: CacheEvents[Name]) => void;

/** Not the answer that was asked for: it is not paid, or nobody knows. */
const NO_ANSWER: ReadonlySet<string> = new Set(['status', 'error']);

/** Ended before its end: paid, and of no length that says anything. */
const CUT_SHORT: ReadonlySet<string> = new Set(['left', 'failed']);

const countersFor = ({ counters }: Counting, { provider, model }: CallCost): Counters =>
  counters.countersOf(provider, model);

/** An answer without a call of its own. */
function save({ knownPrice }: Counting, { saved }: Counters, cost: CallCost): void {
  addUsage(saved, cost.usage, knownPrice(cost.usage, cost));
}

function serve(counting: Counting, counted: Counters, event: CacheEvents['hit']): void {
  const { counts, cached } = counted;
  cached.add(event.waited);
  if (event.took !== undefined) {
    counts.replaced += event.took;
    counts.replacing += event.waited;
  }
  save(counting, counted, event);
}

/** What each event adds; the others add nothing. */
const COUNTS: { readonly [Name in EventName]?: Count<Name> } = {
  hit(counting, event) {
    const counted = countersFor(counting, event);
    counted.counts.hits += 1;
    serve(counting, counted, event);
  },
  stale(counting, event) {
    const counted = countersFor(counting, event);
    counted.counts.stale += 1;
    serve(counting, counted, event);
  },
  collapsed(counting, event) {
    const counted = countersFor(counting, event);
    counted.counts.collapsed += 1;
    save(counting, counted, event);
  },
  miss(counting, event) {
    countersFor(counting, event).counts.misses += 1;
  },
  bypass({ counters }, { provider, reason }) {
    const { counts, reasons } = counters.countersOf(provider, undefined);
    counts.bypasses += 1;
    addReason(reasons.bypasses, reason);
  },
  stored(counting, event) {
    countersFor(counting, event).counts.stored += 1;
  },
  'not-admitted'(counting, event) {
    const counted = countersFor(counting, event);
    counted.counts.notAdmitted += 1;
    addReason(counted.reasons.notAdmitted, event.reason);
  },
  'store-error'({ counters }, { operation }) {
    const { counts, reasons } = counters.storeCounters();
    counts.storeErrors += 1;
    addReason(reasons.storeErrors, operation);
  },
};

/** A call that was made, as soon as what it came to is known: whether its answer is kept is another matter. */
function countCall(counting: Counting, cost: CallCost, rejection: string | undefined): void {
  const { usage, took } = cost;
  const isAnswer = rejection === undefined || !NO_ANSWER.has(rejection);
  if (!isAnswer && usage === undefined) return;
  const { spent, uncached } = countersFor(counting, cost);
  addUsage(spent, usage, counting.knownPrice(usage, cost));
  const isWhole = isAnswer && (rejection === undefined || !CUT_SHORT.has(rejection));
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
export function countEvents(counting: Counting): EventCounting {
  return {
    countCall: (cost, rejection) => countCall(counting, cost, rejection),
    countEvent: (name, event) => countEvent(counting, name, event),
  };
}
