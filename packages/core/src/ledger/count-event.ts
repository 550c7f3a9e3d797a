import type {
  CacheEvents,
  CallCost,
  CallVerdict,
  EventCounting,
  EventName,
} from '../events/index.ts';
import { addReason, type Counters } from './counters.ts';
import type { CountersByTime } from './counters-by-time.ts';
import { knownPrice, type PriceOf } from './prices.ts';
import { addUsage, type UsageSums } from './usage-sums.ts';

interface Counting {
  readonly counters: CountersByTime;
  /** The user's own prices. */
  readonly priceOf: PriceOf | undefined;
}

type Count<Name extends EventName> = (counting: Counting, event: CacheEvents[Name]) => void;

/** The provider gave no answer. Such a call costs nothing, unless it states its usage. */
const NO_ANSWER: ReadonlySet<string> = new Set(['status', 'error']);

/** The answer ended early. It is paid for, and the time that it took says nothing. */
const CUT_SHORT: ReadonlySet<string> = new Set(['abandoned', 'failed']);

/** A gateway waited in vain for the provider, which may have answered and charged for it. */
const GATEWAY_TIME_OUT = /^5[02]4$/;

const countersFor = ({ counters }: Counting, { provider, model }: CallCost): Counters =>
  counters.countersOf(provider, model);

function add({ priceOf, counters }: Counting, sums: UsageSums, cost: CallCost): void {
  addUsage(sums, { cost, price: knownPrice(priceOf, cost.usage, cost), at: counters.at });
}

/** The request got its answer without a call of its own. */
function countSaved(counting: Counting, { saved }: Counters, cost: CallCost): void {
  add(counting, saved, cost);
}

function countServed(counting: Counting, name: 'hits' | 'stale', event: CacheEvents['hit']): void {
  const counters = countersFor(counting, event);
  const { counts, cached } = counters;
  counts[name] += 1;
  cached.add(event.waited);
  if (event.took !== undefined) {
    counts.replaced += event.took;
    counts.replacing += event.waited;
  }
  if (event.isSaving !== false) countSaved(counting, counters, event);
}

/** What each event adds to the counters. Events that are not named here add nothing. */
const COUNTS: { readonly [Name in EventName]?: Count<Name> } = {
  hit: (counting, event) => countServed(counting, 'hits', event),
  stale: (counting, event) => countServed(counting, 'stale', event),
  collapsed(counting, event) {
    const counters = countersFor(counting, event);
    counters.counts.collapsed += 1;
    if (event.isSaving !== false) countSaved(counting, counters, event);
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
    const { counts, reasons } = countersFor(counting, event);
    counts.notAdmitted += 1;
    addReason(reasons.notAdmitted, event.reason);
  },
  'store-error'({ counters }, { operation }) {
    const { counts, reasons } = counters.storeCounters();
    counts.storeErrors += 1;
    addReason(reasons.storeErrors, operation);
  },
};

/** A call is counted as soon as its cost is known, and apart from whether its answer is stored. */
function countCall(counting: Counting, cost: CallCost, { rejection, error }: CallVerdict): void {
  const { usage, took } = cost;
  const isAnswer = rejection === undefined || !NO_ANSWER.has(rejection);
  const isFree = !isAnswer && usage === undefined && !GATEWAY_TIME_OUT.test(error ?? '');
  if (isFree) return;
  const { spent, uncached } = countersFor(counting, cost);
  add(counting, spent, cost);
  const isWhole = isAnswer && (rejection === undefined || !CUT_SHORT.has(rejection));
  if (isWhole && took !== undefined) uncached.add(took);
}

/** An answer that comes later states what the call cost. Until then, and for ever without one, the cost is unknown. */
function countUnknown(counting: Counting, cost: CallCost): () => void {
  const { spent } = countersFor(counting, cost);
  spent.totals.uncounted += 1;
  return () => {
    spent.totals.uncounted -= 1;
  };
}

/** Counts calls and events in `counters`. */
export function countEvents(counting: Counting): EventCounting {
  return {
    countCall: (cost, verdict) => countCall(counting, cost, verdict),
    countUnknown: (cost) => countUnknown(counting, cost),
    countSaved: (cost) => countSaved(counting, countersFor(counting, cost), cost),
    countEvent: (name, event) => COUNTS[name]?.(counting, event),
  };
}
