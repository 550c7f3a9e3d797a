import { parseJson } from '../entry/index.ts';
import { fieldsOf, isFields, listOf } from '../key/index.ts';
import {
  addReason,
  addUp,
  type Counters,
  emptyCounters,
  type NamedCounters,
  REASONS,
} from './counters.ts';
import {
  addUnits,
  type BucketCounts,
  type Histogram,
  listedOf,
  type UsageSums,
} from './usage-sums.ts';

const VERSION = 3;

const isCount = (value: unknown): value is number => Number.isFinite(value) && Number(value) > 0;

/** The valid counts that are above zero. */
function countsIn(value: unknown): Record<string, number> {
  const counts = Object.entries(fieldsOf(value)).filter(([, count]) => isCount(count));
  return Object.fromEntries(counts) as Record<string, number>; // the filter leaves counts only
}

const histogramRow = ({ buckets, sum }: Histogram) => ({ buckets, sum });

const sumsRow = ({ totals, listed }: UsageSums) => ({
  totals: countsIn(totals),
  listed: [...listed.values()].map(({ name, count, units }) => [name, count, countsIn(units)]),
});

/** What the price of sums depends on: three texts, each of which may be missing, and two numbers. */
function isListedName(name: unknown): name is string {
  try {
    const parts: unknown = parseJson(String(name));
    return (
      Array.isArray(parts) &&
      parts.length === 5 &&
      parts.every((part, place) => {
        return place < 3 ? part === null || typeof part === 'string' : Number.isFinite(part);
      })
    );
  } catch {
    return false;
  }
}

/** Other names would make the list of prices warn. */
const UNIT = /^((input|output|cache)_([a-z0-9]+_){0,3}tokens|(web|rerank)_searches)$/;

const unitsIn = (value: unknown) =>
  Object.fromEntries(Object.entries(countsIn(value)).filter(([name]) => UNIT.test(name)));

function readSums(sums: UsageSums, value: unknown): void {
  const { totals, listed } = fieldsOf(value);
  addUp(sums.totals, countsIn(totals));
  for (const [name, count, units] of listOf(listed).filter(Array.isArray)) {
    const added = isListedName(name) && isCount(count) ? listedOf(sums, name) : undefined;
    if (added === undefined) continue;
    addUnits(added, unitsIn(units), count);
  }
}

function rowOf({ provider, model, counters }: NamedCounters) {
  const reasons = REASONS.map((name) => [name, Object.fromEntries(counters.reasons[name])]);
  return {
    provider,
    model,
    counts: countsIn(counters.counts),
    reasons: Object.fromEntries(reasons),
    saved: sumsRow(counters.saved),
    spent: sumsRow(counters.spent),
    cached: histogramRow(counters.cached),
    uncached: histogramRow(counters.uncached),
  };
}

/** What one process counted in some time, as text: sums under the names of providers and models. */
export function ledgerText(named: readonly NamedCounters[]): string {
  return JSON.stringify({ version: VERSION, rows: named.map(rowOf) });
}

function readHistogram(histogram: Histogram, value: unknown): void {
  const { buckets, sum } = fieldsOf(value);
  const pairs = listOf(buckets).filter(
    (pair) => Array.isArray(pair) && Number.isInteger(pair[0]) && pair[0] >= 0 && isCount(pair[1]),
  );
  histogram.merge(pairs as BucketCounts, isCount(sum) ? sum : 0); // the filter leaves pairs of numbers only
}

function readCounters(row: Readonly<Record<string, unknown>>): Counters {
  const counters = emptyCounters();
  addUp(counters.counts, countsIn(row.counts));
  readSums(counters.saved, row.saved);
  readSums(counters.spent, row.spent);
  for (const name of REASONS) {
    const reasons = Object.entries(countsIn(fieldsOf(row.reasons)[name]));
    for (const [reason, count] of reasons) addReason(counters.reasons[name], reason, count);
  }
  readHistogram(counters.cached, row.cached);
  readHistogram(counters.uncached, row.uncached);
  return counters;
}

function parsed(text: string): Readonly<Record<string, unknown>> {
  try {
    return fieldsOf(parseJson(text));
  } catch {
    return {}; // a row that was cut or written by another program adds nothing
  }
}

/** What a process wrote. Undefined if the text has another format. */
export function readLedgerText(text: string, day: string): readonly NamedCounters[] {
  const { version, rows } = parsed(text);
  if (version !== VERSION) return [];
  return listOf(rows).flatMap((row) => {
    if (!isFields(row) || typeof row.provider !== 'string') return [];
    const model = typeof row.model === 'string' ? row.model : undefined;
    return [{ day, provider: row.provider, model, counters: readCounters(row) }];
  });
}
