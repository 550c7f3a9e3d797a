import type { LedgerFigures, LedgerRow, Money, Timing, TokenCount } from './ledger-figures.ts';

const number = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });
const percent = new Intl.NumberFormat('en-US', { style: 'percent', maximumFractionDigits: 1 });
const exact = new Intl.NumberFormat('en-US', { maximumSignificantDigits: 3 });

function span(milliseconds: number | undefined): string {
  if (milliseconds === undefined) return '-';
  if (milliseconds < 1_000) return `${exact.format(milliseconds)} ms`;
  return `${exact.format(milliseconds / 1_000)} s`;
}

function dollars({ usd, unpriced }: Money): string {
  if (usd === undefined) return 'unknown';
  const known = `$${usd < 1 ? exact.format(usd) : usd.toFixed(2)}`;
  return unpriced === 0 ? known : `${known} (and ${number.format(unpriced)} of unknown price)`;
}

const tokens = ({ input, output }: TokenCount) =>
  `${number.format(input)} in, ${number.format(output)} out`;

const timing = ({ count, mean, p50, p95 }: Timing) =>
  count === 0 ? '-' : `${span(mean)} (p50 ${span(p50)}, p95 ${span(p95)})`;

function reasons(counts: Readonly<Record<string, number>>): string {
  const list = Object.entries(counts).map(([reason, count]) => `${reason} ${number.format(count)}`);
  return list.length === 0 ? '' : ` (${list.join(', ')})`;
}

function counted(names: Readonly<Record<string, number>>): string {
  const list = Object.entries(names).map(([name, count]) => `${number.format(count)} ${name}`);
  return list.join(', ');
}

function modelLine({ provider, model, requests, hitRate, tokens: { saved }, cost }: LedgerRow) {
  const name = model === undefined ? provider : `${provider} ${model}`;
  const sums = `${number.format(requests)} requests, ${percent.format(hitRate)} hits`;
  return `  ${name}: ${sums}, saved ${tokens(saved)}, ${dollars(cost.saved)}`;
}

/** Figures as lines for people: times in ms and s, money in US dollars, what is not known as unknown. */
export function summaryOf(figures: LedgerFigures, models: readonly LedgerRow[] = []): string {
  const { requests, hitRate, hits, stale, collapsed, misses, bypasses } = figures;
  const { stored, notAdmitted, storeErrors, evictions, time } = figures;
  const sooner = time.speedup === undefined ? '' : `, ${exact.format(time.speedup)} times sooner`;
  const outcomes = counted({ hits, stale, collapsed, misses, bypasses });
  const lines = [
    ['requests', `${number.format(requests)}: ${outcomes}${reasons(figures.bypassesByReason)}`],
    ['hit rate', percent.format(hitRate)],
    ['cached', timing(time.cached)],
    ['uncached', timing(time.uncached)],
    ['time saved', `${span(time.saved)}${sooner}`],
    ['tokens', `saved ${tokens(figures.tokens.saved)}; spent ${tokens(figures.tokens.spent)}`],
    ['cost', `saved ${dollars(figures.cost.saved)}; spent ${dollars(figures.cost.spent)}`],
    ['stored', counted({ stored, evictions })],
    ['not kept', `${number.format(notAdmitted)}${reasons(figures.notAdmittedByReason)}`],
    ['store errors', `${number.format(storeErrors)}${reasons(figures.storeErrorsByOperation)}`],
  ].map(([name = '', value = '']) => `${name.padEnd(13)}${value}`);
  return [...lines, ...models.map(modelLine)].join('\n');
}
