import type { LedgerFigures, LedgerRow, Money, Timing, TokenCount } from './figures.ts';
import type { ProviderEntries, StoreFigures } from './store-figures.ts';

type Format = (number: number) => string;

/** The formatter is made when it is first used, because making one costs as much as importing all of core. */
function format(options: Intl.NumberFormatOptions): Format {
  let made: Intl.NumberFormat | undefined;
  return (number) => {
    made ??= new Intl.NumberFormat('en-US', options);
    return made.format(number);
  };
}

const whole = format({ maximumFractionDigits: 0 });

const percent = format({ style: 'percent', maximumFractionDigits: 1 });

const exact = format({ maximumSignificantDigits: 3 });

function span(milliseconds: number | undefined): string {
  if (milliseconds === undefined) return '-';
  if (Math.abs(milliseconds) < 1_000) return `${exact(milliseconds)} ms`;
  return `${exact(milliseconds / 1_000)} s`;
}

function dollars({ usd, unpriced }: Money): string {
  if (usd === undefined) return 'unknown';
  const known = `$${usd < 1 ? exact(usd) : usd.toFixed(2)}`;
  return unpriced === 0 ? known : `${known} (and ${whole(unpriced)} of unknown price)`;
}

const tokens = ({ input, output }: TokenCount) => `${whole(input)} in, ${whole(output)} out`;

const timing = ({ count, mean, p50, p95 }: Timing) =>
  count === 0 ? '-' : `${span(mean)} (p50 ${span(p50)}, p95 ${span(p95)})`;

function reasons(counts: Readonly<Record<string, number>>): string {
  const list = Object.entries(counts).map(([reason, count]) => `${reason} ${whole(count)}`);
  return list.length === 0 ? '' : ` (${list.join(', ')})`;
}

function counted(names: Readonly<Record<string, number>>): string {
  const list = Object.entries(names).map(([name, count]) => `${whole(count)} ${name}`);
  return list.join(', ');
}

function modelLine({ provider, model, requests, hitRate, tokens: { saved }, cost }: LedgerRow) {
  const name = model === undefined ? provider : `${provider} ${model}`;
  const sums = `${whole(requests)} requests, ${percent(hitRate)} hits`;
  return `  ${name}: ${sums}, saved ${tokens(saved)}, ${dollars(cost.saved)}`;
}

/** Requests for many items have a line where there are any. */
function batchLines({ requests, items, hitRate, ...outcomes }: LedgerFigures['batches']) {
  if (requests === 0) return [];
  const of = `${whole(requests)} of ${whole(items)} items: ${counted(outcomes)}`;
  return [['batches', `${of}, ${percent(hitRate)} hits`]];
}

function used(count: number | undefined, most: number | undefined, what: string): string[] {
  if (count === undefined) return [];
  return [
    most === undefined ? `${whole(count)} ${what}` : `${whole(count)} of ${whole(most)} ${what}`,
  ];
}

/** How full the store is, as far as it says so: 0 would be an answer. */
function fullness({ usedEntries, maxEntries, usedBytes, maxBytes, ...store }: StoreFigures) {
  const { utilization, evictions } = store;
  const parts = [
    ...used(usedEntries, maxEntries, 'rows'),
    ...used(usedBytes, maxBytes, 'bytes'),
    ...(utilization === undefined ? [] : [`${percent(utilization)} used`]),
    ...used(evictions, undefined, 'evictions by the server'),
  ];
  return parts.join(', ') || '-';
}

const sizeOf = ({ entries, bytes }: Omit<ProviderEntries, 'provider'>) =>
  `${whole(entries)} in ${whole(bytes)} bytes`;

function storeLines(store: StoreFigures, now: number): readonly string[] {
  const { entries, bytes = 0, byProvider = [], measuredAt = now } = store;
  const age = `(measured ${span(now - measuredAt)} ago)`;
  const counted = entries === undefined ? 'not measured' : `${sizeOf({ entries, bytes })} ${age}`;
  return [
    `store        ${fullness(store)}`,
    `entries      ${counted}`,
    ...byProvider.map((each) => `  ${each.provider ?? 'not readable'}: ${sizeOf(each)}`),
  ];
}

/** A loss is called one. There is no factor where no answer came from the store, or where the calls took no time. */
function timeLine({ saved, speedup = 0 }: LedgerFigures['time']): [string, string] {
  const [name, change] = saved < 0 ? ['time lost', 'slower'] : ['time saved', 'faster'];
  const time = span(Math.abs(saved));
  if (speedup === 0 || saved === 0) return [name, time];
  return [name, `${time}, ${exact(saved < 0 ? 1 / speedup : speedup)} times ${change}`];
}

interface Summarized {
  readonly models: readonly LedgerRow[];
  readonly store: StoreFigures;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** Figures as lines of text: times in ms and s, money in US dollars, and `unknown` for what is not known. */
export function summaryOf(figures: LedgerFigures, { models, store, now }: Summarized): string {
  const { requests, hitRate, missRate, hits, stale, collapsed, misses, bypasses } = figures;
  const { stored, notAdmitted, storeErrors, evictions, time } = figures;
  const outcomes = counted({ hits, stale, collapsed, misses, bypasses });
  const lines = [
    ['requests', `${whole(requests)}: ${outcomes}${reasons(figures.bypassesByReason)}`],
    ['hit rate', `${percent(hitRate)}, miss rate ${percent(missRate)}`],
    ...batchLines(figures.batches),
    ['cached', timing(time.cached)],
    ['uncached', timing(time.uncached)],
    timeLine(time),
    ['tokens', `saved ${tokens(figures.tokens.saved)}; spent ${tokens(figures.tokens.spent)}`],
    ['cost', `saved ${dollars(figures.cost.saved)}; spent ${dollars(figures.cost.spent)}`],
    ['stored', counted({ stored, evictions })],
    ['not stored', `${whole(notAdmitted)}${reasons(figures.notAdmittedByReason)}`],
    ['store errors', `${whole(storeErrors)}${reasons(figures.storeErrorsByOperation)}`],
  ].map(([name = '', value = '']) => `${name.padEnd(13)}${value}`);
  return [...lines, ...storeLines(store, now), ...models.map(modelLine)].join('\n');
}
