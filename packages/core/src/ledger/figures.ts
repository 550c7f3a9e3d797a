import type { Bill } from './bill.ts';
import type { NamedTally } from './day-book.ts';
import type { Histogram } from './histogram.ts';
import type { LedgerFigures, Money, Timing } from './ledger-figures.ts';
import { listPrice, type Priced } from './price-list.ts';
import { addTally, emptyTally, type Tally } from './tally.ts';

function timing(histogram: Histogram): Timing {
  const { count, sum } = histogram;
  if (count === 0) return { count };
  return { count, mean: sum / count, p50: histogram.quantile(0.5), p95: histogram.quantile(0.95) };
}

/** By the mean answer: some prices rise with the length of a single request. */
function priceListed(bill: Bill, priced: Priced): number | undefined {
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
function costOf(named: readonly NamedTally[], side: 'saved' | 'spent'): Money {
  let [usd, priced, unpriced] = [0, 0, 0];
  for (const { tally, ...whose } of named) {
    const bill = tally[side];
    const listed = bill.listed === 0 ? 0 : priceListed(bill, whose);
    usd += bill.usd + (listed ?? 0);
    priced += bill.priced + (listed === undefined ? 0 : bill.listed);
    unpriced += bill.uncounted + (listed === undefined ? bill.listed : 0);
  }
  return { usd: priced === 0 && unpriced > 0 ? undefined : usd, unpriced };
}

function timeOf({ counts, cached, uncached }: Tally): LedgerFigures['time'] {
  const { replaced, replacing } = counts;
  return {
    cached: timing(cached),
    uncached: timing(uncached),
    saved: Math.max(0, replaced - replacing),
    speedup: replacing > 0 ? replaced / replacing : undefined,
  };
}

const tokensOf = ({ input, output }: Bill) => ({ input, output });

/** What tallies say together. Money is by the prices of each one's day. */
export function figuresOf(named: readonly NamedTally[]): LedgerFigures {
  const sum = emptyTally();
  for (const { tally } of named) addTally(sum, tally);
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
