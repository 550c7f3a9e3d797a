import {
  addCounters,
  type CounterName,
  type Counters,
  emptyCounters,
  Groups,
  type NamedCounters,
  STORE_ITSELF,
} from './counters.ts';
import { unitPrice } from './prices.ts';
import type { StoreFigures } from './store-figures.ts';
import {
  HALF_HOUR,
  type Histogram,
  type ListedSums,
  readListedName,
  type UsageSums,
} from './usage-sums.ts';

/** How long answers took, in milliseconds. A figure is absent where no time is known. */
export interface Timing {
  readonly count: number;
  readonly mean?: number | undefined;
  /** Half of the answers took no longer. The histogram is exact to 10 %. */
  readonly p50?: number | undefined;
  /** 95 % of the answers took no longer. */
  readonly p95?: number | undefined;
}

/** Tokens of requests and of answers. */
export interface TokenCount {
  readonly input: number;
  readonly output: number;
}

/** Money in US dollars. */
export interface Money {
  /** The price of all answers whose price is known. `undefined` where none is known, and never 0 for that. */
  readonly usd?: number | undefined;
  /** Calls, or requests that saved one, whose price is not known. They are not in `usd`. */
  readonly unpriced: number;
}

/** What answers from the store saved, and what calls cost. A hit is never counted as spent. */
interface SavedAndSpent<Amount> {
  readonly saved: Amount;
  readonly spent: Amount;
}

/** Requests for many items, and what became of the items. */
interface BatchFigures {
  readonly requests: number;
  readonly items: number;
  readonly hits: number;
  readonly stale: number;
  readonly collapsed: number;
  readonly misses: number;
  /** The share (0 to 1) of items for which no call was made. */
  readonly hitRate: number;
}

/** The outcomes of requests, how long they took, and what they saved. */
export interface LedgerFigures {
  /** All requests, whatever their outcome. */
  readonly requests: number;
  /** The share (0 to 1) of requests that made no call of their own. Bypasses are left out. */
  readonly hitRate: number;
  /** The share (0 to 1) of requests for which no answer was there. 0 where there was no request. */
  readonly missRate: number;
  readonly hits: number;
  readonly stale: number;
  readonly misses: number;
  /** Requests that joined the call of another request. */
  readonly collapsed: number;
  /** Requests for many items, such as texts to embed. Each is counted above as one request, which is a hit if all its items are. */
  readonly batches: BatchFigures;
  readonly bypasses: number;
  readonly bypassesByReason: Readonly<Record<string, number>>;
  readonly stored: number;
  readonly notAdmitted: number;
  readonly notAdmittedByReason: Readonly<Record<string, number>>;
  readonly storeErrors: number;
  readonly storeErrorsByOperation: Readonly<Record<string, number>>;
  /** Entries that memory or a full SQLite file removed to make room. What Redis removed is in `store` of the figures of a cache. */
  readonly evictions: number;
  readonly time: {
    /** The look-up of answers from the store, including decoding. */
    readonly cached: Timing;
    /** Answers from the provider, up to the end of a stream. */
    readonly uncached: Timing;
    /** Milliseconds by which answers from the store came sooner than the calls that had made them. Less than 0 is a loss. */
    readonly saved: number;
    /** How many times faster they were; less than 1 is slower. `undefined` where no answer came from the store. */
    readonly speedup?: number | undefined;
  };
  readonly tokens: SavedAndSpent<TokenCount>;
  readonly cost: SavedAndSpent<Money>;
}

/** What the rows of a ledger are grouped by. */
export type LedgerGroup = 'model' | 'provider' | 'day';

/** The figures of one model at one provider, of one provider, or of one day. */
export interface LedgerRow extends LedgerFigures {
  /** Absent in a row of a day. */
  readonly provider?: string | undefined;
  /** Absent in a row of a provider or a day, and where requests name no model. */
  readonly model?: string | undefined;
  /** `YYYY-MM-DD`, in UTC. Absent in a row of a model or a provider. */
  readonly day?: string | undefined;
}

/** The figures of all processes that share a store and a namespace, as far as each has written them to the store. */
export interface Ledger {
  /** How many processes counted something, including this one. */
  readonly processes: number;
  /** False where the store cannot list its rows or failed to list them, so that processes may be missing. */
  readonly isComplete: boolean;
  /** The instant at which the counts begin, in milliseconds since 1970. Absent where all that was counted is in them. */
  readonly since?: number | undefined;
  /** Milliseconds by which the newest count is from the future: the clock of its process is ahead of this one's. */
  readonly ahead: number;
  readonly total: LedgerFigures;
  /** The row with the most requests comes first. Days are in their own order. */
  by(group: LedgerGroup): readonly LedgerRow[];
}

/** The figures of this process, and those of its store. */
export interface CacheStats extends LedgerFigures {
  readonly store: StoreFigures;
  /** The store failed repeatedly, and is not asked for a while. */
  readonly isStoreAway: boolean;
}

function timing(histogram: Histogram): Timing {
  const { count, sum } = histogram;
  if (count === 0) return { count };
  return { count, mean: sum / count, p50: histogram.quantile(0.5), p95: histogram.quantile(0.95) };
}

/** Prices the mean of answers that are alike in all that a price depends on: between them, prices are linear. */
function listedPrice({ name, count, units }: ListedSums, whose: CounterName): number | undefined {
  const { address, serviceTier, servedModel, halfHour } = readListedName(name);
  const each = Object.entries(units).map(([unit, sum]) => [unit, sum / count] as const);
  const day = new Date(halfHour * HALF_HOUR);
  const of = { ...whose, servedModel, endpoint: { address }, day };
  const price = unitPrice({ units: Object.fromEntries(each), serviceTier }, of);
  return price === undefined ? undefined : price * count;
}

/** Answers of unknown price are counted, and their price is never guessed. */
function costOf(named: readonly NamedCounters[], side: 'saved' | 'spent'): Money {
  let [usd, priced, unpriced] = [0, 0, 0];
  for (const { totals } of named.map(({ counters }) => counters[side])) {
    usd += totals.usd;
    priced += totals.priced;
    unpriced += totals.uncounted;
  }
  const listed = named.flatMap(({ counters, ...whose }) =>
    [...counters[side].listed.values()].map(
      (sums) => [sums.count, listedPrice(sums, whose)] as const,
    ),
  );
  for (const [count, price] of listed) {
    usd += price ?? 0;
    if (price === undefined) unpriced += count;
    else priced += count;
  }
  // An item of a request for many counts as its share of one, and the shares add up to it.
  const count = Math.ceil(Math.max(0, unpriced - 1e-6));
  return { usd: priced === 0 && count > 0 ? undefined : usd, unpriced: count };
}

function batchesOf(counts: Counters['counts']): BatchFigures {
  const { batches, items, itemHits, itemStale, itemCollapsed, itemMisses } = counts;
  const free = itemHits + itemStale + itemCollapsed;
  return {
    requests: batches,
    items,
    ...{ hits: itemHits, stale: itemStale, collapsed: itemCollapsed, misses: itemMisses },
    hitRate: free === 0 ? 0 : free / (free + itemMisses),
  };
}

function timeOf({ counts, cached, uncached }: Counters): LedgerFigures['time'] {
  const { replaced, replacing } = counts;
  return {
    cached: timing(cached),
    uncached: timing(uncached),
    saved: replaced - replacing,
    speedup: replacing > 0 ? replaced / replacing : undefined,
  };
}

const tokensOf = ({ totals: { input, output } }: UsageSums) => ({ input, output });

/** The figures of all these counters together. Each is priced by the prices of its own day. */
export function figuresOf(named: readonly NamedCounters[]): LedgerFigures {
  const sum = emptyCounters();
  for (const { counters } of named) addCounters(sum, counters);
  const { counts, reasons, saved, spent } = sum;
  const { hits, stale, misses, collapsed, bypasses } = counts;
  const { stored, notAdmitted, storeErrors, evictions } = counts;
  const free = hits + stale + collapsed;
  const answered = free + misses;
  return {
    requests: answered + bypasses,
    hitRate: free === 0 ? 0 : free / answered,
    missRate: misses === 0 ? 0 : misses / answered,
    ...{ hits, stale, misses, collapsed, bypasses, batches: batchesOf(counts) },
    ...{ stored, notAdmitted, storeErrors, evictions },
    bypassesByReason: Object.fromEntries(reasons.bypasses),
    notAdmittedByReason: Object.fromEntries(reasons.notAdmitted),
    storeErrorsByOperation: Object.fromEntries(reasons.storeErrors),
    time: timeOf(sum),
    tokens: { saved: tokensOf(saved), spent: tokensOf(spent) },
    cost: { saved: costOf(named, 'saved'), spent: costOf(named, 'spent') },
  };
}

type RowName = Pick<LedgerRow, 'provider' | 'model' | 'day'>;

/** The name of the row in which counters are summed. */
const NAMES: Readonly<Record<LedgerGroup, (named: NamedCounters) => RowName>> = {
  model: ({ provider, model }) => ({ provider, model }),
  provider: ({ provider }) => ({ provider }),
  day: ({ day }) => ({ day }),
};

interface RowGroup {
  readonly name: RowName;
  readonly members: NamedCounters[];
}

const byDay = (one: LedgerRow, other: LedgerRow) =>
  String(one.day).localeCompare(String(other.day));

const byRequests = (one: LedgerRow, other: LedgerRow) => other.requests - one.requests;

/** The figures of each model, provider or day. Counters of the store itself have a day, and no provider. */
export function rowsBy(named: readonly NamedCounters[], group: LedgerGroup): readonly LedgerRow[] {
  const concerned =
    group === 'day' ? named : named.filter(({ provider }) => provider !== STORE_ITSELF);
  const groups = new Groups((name: RowName): RowGroup => ({ name, members: [] }));
  for (const one of concerned) groups.of(NAMES[group](one)).members.push(one);
  const rows = [...groups].map(({ name, members }) => ({ ...name, ...figuresOf(members) }));
  return rows.sort(group === 'day' ? byDay : byRequests);
}
