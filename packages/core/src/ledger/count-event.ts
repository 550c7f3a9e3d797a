import type {
  CacheEvents,
  CallCost,
  CallVerdict,
  EventCounting,
  EventName,
} from '../events/index.ts';
import { addReason, type Counters } from './counters.ts';
import type { CountersByTime } from './counters-by-time.ts';
import { isFree, knownPrice, type PriceOf } from './prices.ts';
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
const CUT_SHORT: ReadonlySet<string> = new Set(['abandoned', 'failed', 'error']);

/** A gateway waited in vain for the provider, which may have answered and charged for it. */
export const GATEWAY_TIME_OUT = /^5[02]4$/;

const countersFor = ({ counters }: Counting, { provider, model }: CallCost): Counters =>
  counters.countersOf(provider, model);

function add({ priceOf, counters }: Counting, sums: UsageSums, cost: CallCost): void {
  addUsage(sums, { cost, price: knownPrice(priceOf, cost.usage, cost), at: counters.at });
}

/** The request got its answer without a call of its own. */
function countSaved(counting: Counting, { saved }: Counters, cost: CallCost): void {
  add(counting, saved, cost);
}

/** How long an answer from the store was waited for, and how long its call had taken. */
function countTime(
  { counts, cached }: Counters,
  { took, waited }: Pick<CacheEvents['batch'], 'took' | 'waited'>,
): void {
  cached.add(waited);
  if (took === undefined) return;
  counts.replaced += took;
  counts.replacing += waited;
}

const OUTCOMES = {
  hit: 'hits',
  stale: 'stale',
  collapsed: 'collapsed',
  miss: 'misses',
  bypass: 'bypasses',
} as const;

/** A request for many items is counted here, and what each of its items saved with the event of the item. */
function countBatch(counting: Counting, event: CacheEvents['batch']): void {
  const counters = countersFor(counting, event);
  const { counts, reasons } = counters;
  const { outcome, reason } = event;
  counts.batches += 1;
  counts.items += event.items;
  counts.itemHits += event.hits;
  counts.itemStale += event.stale;
  counts.itemCollapsed += event.collapsed;
  counts.itemMisses += event.misses;
  counts[OUTCOMES[outcome]] += 1;
  if (outcome === 'hit' || outcome === 'stale') countTime(counters, event);
  if (outcome === 'bypass' && reason !== undefined) addReason(reasons.bypasses, reason);
}

function countServed(counting: Counting, name: 'hits' | 'stale', event: CacheEvents['hit']): void {
  const counters = countersFor(counting, event);
  if (event.item === undefined) {
    counters.counts[name] += 1;
    countTime(counters, event);
  }
  if (event.isSaving !== false) countSaved(counting, counters, event);
}

/** What each event adds to the counters. Events that are not named here add nothing. */
const COUNTS: { readonly [Name in EventName]?: Count<Name> } = {
  hit: (counting, event) => countServed(counting, 'hits', event),
  stale: (counting, event) => countServed(counting, 'stale', event),
  collapsed(counting, event) {
    const counters = countersFor(counting, event);
    if (event.item === undefined) counters.counts.collapsed += 1;
    if (event.isSaving !== false && event.isRunning !== true) countSaved(counting, counters, event);
  },
  miss(counting, event) {
    if (event.item === undefined) countersFor(counting, event).counts.misses += 1;
  },
  batch: countBatch,
  bypass({ counters }, { provider, reason, item }) {
    if (item !== undefined) return;
    const { counts, reasons } = counters.countersOf(provider, undefined);
    counts.bypasses += 1;
    addReason(reasons.bypasses, reason);
  },
  'call-saved'(counting, event) {
    countSaved(counting, countersFor(counting, event), event);
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
function countCall(counting: Counting, cost: CallCost, verdict: CallVerdict): void {
  const { usage, took } = cost;
  const { rejection, error, isBegun = false } = verdict;
  const isAnswer = rejection === undefined || isBegun || !NO_ANSWER.has(rejection);
  const isUncharged = !isAnswer && usage === undefined && !GATEWAY_TIME_OUT.test(error ?? '');
  if (isUncharged) return;
  const { spent, uncached } = countersFor(counting, cost);
  add(counting, spent, cost);
  const isWhole = isAnswer && (rejection === undefined || !CUT_SHORT.has(rejection));
  // A call for many items has one duration, of which each item has its share.
  const { index = 0, of = 1 } = cost.part ?? {};
  if (isWhole && took !== undefined && index === 0) uncached.add(took * of);
}

/** An answer that comes later states what the call cost. Until then, and for ever without one, the cost is unknown. */
function countUnknown(counting: Counting, cost: CallCost): () => void {
  if (isFree(cost)) return () => {};
  const { spent } = countersFor(counting, cost);
  const mark = counting.counters.toCorrect();
  spent.totals.uncounted += 1;
  return () => {
    spent.totals.uncounted -= 1;
    mark();
  };
}

/** Counts calls and events in `counters`. */
export function countEvents(counting: Counting): EventCounting {
  return {
    countCall: (cost, verdict) => countCall(counting, cost, verdict),
    countUnknown: (cost) => countUnknown(counting, cost),
    countEvent: (name, event) => COUNTS[name]?.(counting, event),
  };
}
