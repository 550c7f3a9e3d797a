import type { Ledger, LedgerFigures, Money, Timing, TokenCount } from '@cached-llm/core';
import { shownCount, shownShare, shownSpan, shownThings, shownTime } from '../terminal/format.ts';
import type { Output } from '../terminal/output.ts';
import { factsText } from '../terminal/table.ts';

type Facts = readonly (readonly [string, string | undefined])[];

/** What is not known is said to be unknown: 0 would be a price. */
export function moneyText({ usd, unpriced }: Money): string {
  if (usd === undefined) return unpriced === 0 ? '-' : 'unknown';
  const isTiny = usd > 0 && usd < 0.0001;
  const text = isTiny ? '<$0.0001' : `$${usd.toFixed(usd > 0 && usd < 1 ? 4 : 2)}`;
  return unpriced === 0 ? text : `≥ ${text}`; // of the others nothing is known
}

function timingText({ count, mean, p50, p95 }: Timing): string {
  if (count === 0 || mean === undefined) return '-';
  const [half, most] = [p50 ?? mean, p95 ?? mean].map(shownTime);
  return `${shownTime(mean)} on average, p50 ${half}, p95 ${most}`;
}

/** Left out where nothing of the kind ever happened. */
function seldomText(count: number, reasons: Readonly<Record<string, number>> = {}) {
  if (count === 0) return undefined;
  const named = Object.entries(reasons).map(([reason, times]) => `${reason} ${shownCount(times)}`);
  return named.length === 0 ? shownCount(count) : `${shownCount(count)} (${named.join(', ')})`;
}

const tokensText = ({ input, output }: TokenCount) =>
  `${shownCount(input)} in, ${shownCount(output)} out`;

function outcomeFacts(total: LedgerFigures): Facts {
  const { hits, stale, misses, collapsed } = total;
  const outcomes = Object.entries({ hits, stale, misses, collapsed });
  return [
    ['outcomes', outcomes.map(([name, count]) => `${name} ${shownCount(count)}`).join(', ')],
    ['bypasses', seldomText(total.bypasses, total.bypassesByReason)],
    ['not kept', seldomText(total.notAdmitted, total.notAdmittedByReason)],
    ['store errors', seldomText(total.storeErrors, total.storeErrorsByOperation)],
    ['evictions', seldomText(total.evictions)],
  ];
}

function savingFacts({ time, tokens, cost }: LedgerFigures, { colors }: Output): Facts {
  const times =
    time.speedup === undefined ? '' : `, ${shownCount(Math.round(time.speedup))} times faster`;
  return [
    ['cached', timingText(time.cached)],
    ['uncached', timingText(time.uncached)],
    ['time saved', `${shownSpan(time.saved)}${times}`],
    ['tokens saved', tokensText(tokens.saved)],
    ['tokens spent', tokensText(tokens.spent)],
    ['money saved', colors.green(moneyText(cost.saved))],
    ['money spent', moneyText(cost.spent)],
  ];
}

/** Every figure that there is, one a line. */
export function figuresText(output: Output, { total, processes }: Ledger): string {
  const by = shownThings(processes, 'process', 'processes');
  return factsText(output, [
    ['requests', `${shownCount(total.requests)} by ${by}`],
    ['hit rate', output.colors.bold(shownShare(total.hitRate))],
    ...outcomeFacts(total),
    ...savingFacts(total, output),
  ]);
}
