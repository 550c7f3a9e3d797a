import type { StoreSize } from '../store/index.ts';
import {
  addCounters,
  type Counters,
  emptyCounters,
  type NamedCounters,
  STORE_ITSELF,
  type UsageSums,
} from './counters.ts';
import type { Histogram } from './histogram.ts';
import { listPrice, type PricedModel } from './prices.ts';

/** How long answers took, in milliseconds. Nothing where none is known. */
export interface Timing {
  readonly count: number;
  readonly mean?: number | undefined;
  /** Half of them took no longer. From a histogram: within 10 %. */
  readonly p50?: number | undefined;
  readonly p95?: number | undefined;
}

export interface TokenCount {
  readonly input: number;
  readonly output: number;
}

/** Money, in US dollars. */
export interface Money {
  /** Of all answers whose price is known. Unknown is nothing, and never 0. */
  readonly usd?: number | undefined;
  /** Answers whose price is not known, and is not in `usd`. */
  readonly unpriced: number;
}

/** What the store spared, and what calls cost: a hit is never counted as spent. */
export interface SavedAndSpent<Amount> {
  readonly saved: Amount;
  readonly spent: Amount;
}

/** What became of requests, how long they took, and what they saved. */
export interface LedgerFigures {
  /** Every request that came, whatever became of it. */
  readonly requests: number;
  /** The share of requests that made no call of their own, bypasses left out: 0 to 1. */
  readonly hitRate: number;
  readonly hits: number;
  readonly stale: number;
  readonly misses: number;
  /** Requests that joined another's call. */
  readonly collapsed: number;
  readonly bypasses: number;
  readonly bypassesByReason: Readonly<Record<string, number>>;
  readonly stored: number;
  readonly notAdmitted: number;
  readonly notAdmittedByReason: Readonly<Record<string, number>>;
  readonly storeErrors: number;
  readonly storeErrorsByOperation: Readonly<Record<string, number>>;
  /** Entries that a full store let go of, where the store says so. */
  readonly evictions: number;
  readonly time: {
    /** Answers from the store: their look-up, with decoding. */
    readonly cached: Timing;
    /** Answers from the provider, to the end of a stream. */
    readonly uncached: Timing;
    /** Milliseconds that answers from the store came sooner than the calls that had made them. */
    readonly saved: number;
    /** How many times sooner. Nothing where no answer came from the store. */
    readonly speedup?: number | undefined;
  };
  readonly tokens: SavedAndSpent<TokenCount>;
  readonly cost: SavedAndSpent<Money>;
}

export type LedgerGroup = 'model' | 'provider' | 'day';

/** The figures of one model at one provider, of one provider, or of one day. */
export interface LedgerRow extends LedgerFigures {
  /** Nothing in a row of a day. */
  readonly provider?: string | undefined;
  /** Nothing in a row of a provider or a day, and where requests name no model. */
  readonly model?: string | undefined;
  /** `YYYY-MM-DD`, in UTC. Nothing in a row of a model or a provider. */
  readonly day?: string | undefined;
}

/** What all processes did that share a store and a namespace, as far as each has written it down. */
export interface Ledger {
  /** How many processes counted something, this one included. */
  readonly processes: number;
  /** False where the store cannot list its rows, or failed to: then some processes are left out. */
  readonly isComplete: boolean;
  readonly total: LedgerFigures;
  /** In the order of the most requests; days in theirs. */
  by(group: LedgerGroup): readonly LedgerRow[];
}

/** What this process did, and what its store holds where it knows without counting. */
export interface CacheStats extends LedgerFigures, Partial<Omit<StoreSize, 'evictions'>> {
  /** The store failed repeatedly, and is left alone for now. */
  readonly isStoreAway: boolean;
}

function timing(histogram: Histogram): Timing {
  const { count, sum } = histogram;
  if (count === 0) return { count };
  return { count, mean: sum / count, p50: histogram.quantile(0.5), p95: histogram.quantile(0.95) };
}

/** By the mean answer: some prices rise with the length of a single request. */
function priceListed(bill: UsageSums, priced: PricedModel): number | undefined {
  const each = (tokens: number) => tokens / bill.listed;
  const usage = {
    inputTokens: each(bill.listedInput),
    outputTokens: each(bill.listedOutput),
    cacheReadTokens: each(bill.listedRead),
    cacheWriteTokens: each(bill.listedWrite),
  };
  const price = listPrice(usage, priced);
  return price === undefined ? undefined : price * bill.listed;
}

/** What answers cost that were saved, or spent on. Unknown prices are counted, and never guessed. */
function costOf(named: readonly NamedCounters[], side: 'saved' | 'spent'): Money {
  let [usd, priced, unpriced] = [0, 0, 0];
  for (const { counters, ...whose } of named) {
    const bill = counters[side];
    const listed = bill.listed === 0 ? 0 : priceListed(bill, whose);
    usd += bill.usd + (listed ?? 0);
    priced += bill.priced + (listed === undefined ? 0 : bill.listed);
    unpriced += bill.uncounted + (listed === undefined ? bill.listed : 0);
  }
  return { usd: priced === 0 && unpriced > 0 ? undefined : usd, unpriced };
}

function timeOf({ counts, cached, uncached }: Counters): LedgerFigures['time'] {
  const { replaced, replacing } = counts;
  return {
    cached: timing(cached),
    uncached: timing(uncached),
    saved: Math.max(0, replaced - replacing),
    speedup: replacing > 0 ? replaced / replacing : undefined,
  };
}

const tokensOf = ({ input, output }: UsageSums) => ({ input, output });

/** What tallies say together. Money is by the prices of each one's day. */
export function figuresOf(named: readonly NamedCounters[]): LedgerFigures {
  const sum = emptyCounters();
  for (const { counters } of named) addCounters(sum, counters);
  const { counts, reasons, saved, spent } = sum;
  const { replaced: _replaced, replacing: _replacing, ...happened } = counts;
  const free = counts.hits + counts.stale + counts.collapsed;
  const answered = free + counts.misses;
  return {
    requests: answered + counts.bypasses,
    hitRate: free === 0 ? 0 : free / answered,
    ...happened,
    bypassesByReason: Object.fromEntries(reasons.bypasses),
    notAdmittedByReason: Object.fromEntries(reasons.notAdmitted),
    storeErrorsByOperation: Object.fromEntries(reasons.storeErrors),
    time: timeOf(sum),
    tokens: { saved: tokensOf(saved), spent: tokensOf(spent) },
    cost: { saved: costOf(named, 'saved'), spent: costOf(named, 'spent') },
  };
}

type Name = Pick<LedgerRow, 'provider' | 'model' | 'day'>;

/** What a row is of. */
const NAMES: Readonly<Record<LedgerGroup, (named: NamedCounters) => Name>> = {
  model: ({ provider, model }) => ({ provider, model }),
  provider: ({ provider }) => ({ provider }),
  day: ({ day }) => ({ day }),
};

function grouped(named: readonly NamedCounters[], group: LedgerGroup) {
  const groups = new Map<string, { readonly name: Name; readonly members: NamedCounters[] }>();
  for (const one of named) {
    const name = NAMES[group](one);
    const id = JSON.stringify(name);
    const found = groups.get(id) ?? { name, members: [] };
    found.members.push(one);
    groups.set(id, found);
  }
  return [...groups.values()];
}

const byDay = (one: LedgerRow, other: LedgerRow) =>
  String(one.day).localeCompare(String(other.day));

const byRequests = (one: LedgerRow, other: LedgerRow) => other.requests - one.requests;

/** The figures of each model, provider or day. What concerns the store alone has a day, and no provider. */
export function rowsBy(named: readonly NamedCounters[], group: LedgerGroup): readonly LedgerRow[] {
  const concerned =
    group === 'day' ? named : named.filter(({ provider }) => provider !== STORE_ITSELF);
  const rows = grouped(concerned, group).map(({ name, members }) => ({
    ...name,
    ...figuresOf(members),
  }));
  return rows.sort(group === 'day' ? byDay : byRequests);
}
