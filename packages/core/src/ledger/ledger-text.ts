import { parseJson } from '../entry/json.ts';
import { isFields } from '../key/call-identity.ts';
import { fieldsOf, listOf } from '../key/reading.ts';
import { type DayBook, type NamedTally, rowsOf } from './day-book.ts';
import type { BucketCounts, Histogram } from './histogram.ts';
import { addReason, addUp, emptyTally, REASONS, type Tally } from './tally.ts';

const VERSION = 1;

/** Where the rows of the ledger are: they are no entries. */
export const ledgerPrefix = (prefix: string) => `${prefix}ledger:`;

const isCount = (value: unknown): value is number => Number.isFinite(value) && Number(value) > 0;

/** What is not zero. */
function countsIn(value: unknown): Record<string, number> {
  const counts = Object.entries(fieldsOf(value)).filter(([, count]) => isCount(count));
  return Object.fromEntries(counts) as Record<string, number>; // of counts, as just filtered
}

const histogramRow = ({ buckets, sum }: Histogram) => ({ buckets, sum });

function rowOf({ provider, model, tally }: Omit<NamedTally, 'day'>) {
  const reasons = REASONS.map((name) => [name, Object.fromEntries(tally.reasons[name])]);
  return {
    provider,
    model,
    counts: countsIn(tally.counts),
    reasons: Object.fromEntries(reasons),
    saved: countsIn(tally.saved),
    spent: countsIn(tally.spent),
    cached: histogramRow(tally.cached),
    uncached: histogramRow(tally.uncached),
  };
}

/** One process's day: names of providers and models, and sums. */
export function ledgerText({ tallies }: DayBook): string {
  return JSON.stringify({ version: VERSION, rows: rowsOf(tallies).map(rowOf) });
}

function readHistogram(histogram: Histogram, value: unknown): void {
  const { buckets, sum } = fieldsOf(value);
  const pairs = listOf(buckets).filter(
    (pair) => Array.isArray(pair) && Number.isInteger(pair[0]) && pair[0] >= 0 && isCount(pair[1]),
  );
  histogram.merge(pairs as BucketCounts, isCount(sum) ? sum : 0); // pairs, as just filtered
}

function readTally(row: Readonly<Record<string, unknown>>): Tally {
  const tally = emptyTally();
  addUp(tally.counts, countsIn(row.counts));
  addUp(tally.saved, countsIn(row.saved));
  addUp(tally.spent, countsIn(row.spent));
  for (const name of REASONS) {
    const reasons = Object.entries(countsIn(fieldsOf(row.reasons)[name]));
    for (const [reason, count] of reasons) addReason(tally.reasons[name], reason, count);
  }
  readHistogram(tally.cached, row.cached);
  readHistogram(tally.uncached, row.uncached);
  return tally;
}

function parsed(text: string): Readonly<Record<string, unknown>> {
  try {
    return fieldsOf(parseJson(text));
  } catch {
    return {}; // cut, or another's: it adds nothing
  }
}

/** What a process wrote down; nothing where the text is of another making. */
export function readLedgerText(text: string, day: string): readonly NamedTally[] {
  const { version, rows } = parsed(text);
  if (version !== VERSION) return [];
  return listOf(rows).flatMap((row) => {
    if (!isFields(row) || typeof row.provider !== 'string') return [];
    const model = typeof row.model === 'string' ? row.model : undefined;
    return [{ day, provider: row.provider, model, tally: readTally(row) }];
  });
}
