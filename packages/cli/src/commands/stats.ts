import type { Ledger, LedgerRow, LlmCache } from '@cached-llm/core';
import {
  type LedgerFigures,
  type LedgerGroup,
  pause,
  type StoreFigures,
  type Timing,
  type TokenCount,
  visibleText,
} from '@cached-llm/core/store';
import { ago, defineCommand, duration, flag, oneOf, type Session } from '../command-line/index.ts';
import {
  eachNamespace,
  formatInstant,
  hintAtOthers,
  measured,
  type OpenedCache,
  providersText,
  sizeFact,
  sizeFacts,
  withCache,
} from '../store/index.ts';
import {
  type Column,
  type Fact,
  formatCount,
  formatDuration,
  formatFacts,
  formatLatency,
  formatMoney,
  formatPercent,
  formatQuantity,
  formatTable,
  type Output,
  stackedChart,
} from '../terminal/index.ts';

function timingText({ count, mean, p50, p95 }: Timing): string {
  if (count === 0 || mean === undefined) return '-';
  const [median, slow] = [p50 ?? mean, p95 ?? mean].map(formatLatency);
  return `${formatLatency(mean)} on average, p50 ${median}, p95 ${slow}`;
}

/** Undefined, and so left out, where nothing of the kind ever happened. */
function rareText(count: number, reasons: Readonly<Record<string, number>> = {}) {
  if (count === 0) return undefined;
  const named = Object.entries(reasons).map(([reason, times]) => `${reason} ${formatCount(times)}`);
  return named.length === 0 ? formatCount(count) : `${formatCount(count)} (${named.join(', ')})`;
}

const tokensText = ({ input, output }: TokenCount) =>
  `${formatCount(input)} in, ${formatCount(output)} out`;

function outcomeFacts(total: LedgerFigures): readonly Fact[] {
  const { hits, stale, misses, collapsed } = total;
  const outcomes = Object.entries({ hits, stale, misses, collapsed });
  return [
    ['outcomes', outcomes.map(([name, count]) => `${name} ${formatCount(count)}`).join(', ')],
    ['bypasses', rareText(total.bypasses, total.bypassesByReason)],
    ['not stored', rareText(total.notAdmitted, total.notAdmittedByReason)],
    ['store errors', rareText(total.storeErrors, total.storeErrorsByOperation)],
  ];
}

/** A loss is called one. There is no factor where no answer came from the store, or where the calls took no time. */
function timeFact({ saved, speedup = 0 }: LedgerFigures['time']): Fact {
  const [name, change] = saved < 0 ? ['time lost', 'slower'] : ['time saved', 'faster'];
  const time = formatDuration(Math.abs(saved));
  if (speedup === 0 || saved === 0) return [name, time];
  const factor = saved < 0 ? 1 / speedup : speedup;
  const shown = factor < 10 ? factor.toFixed(1) : formatCount(Math.round(factor));
  return [name, `${time}, ${shown} times ${change}`];
}

function savingFacts({ time, tokens, cost }: LedgerFigures, { colors }: Output): readonly Fact[] {
  return [
    ['cached', timingText(time.cached)],
    ['uncached', timingText(time.uncached)],
    timeFact(time),
    ['tokens saved', tokensText(tokens.saved)],
    ['tokens spent', tokensText(tokens.spent)],
    ['money saved', formatMoney(cost.saved), colors.green],
    ['money spent', formatMoney(cost.spent)],
  ];
}

interface Shown {
  readonly ledger: Ledger;
  readonly store: StoreFigures;
  /** Milliseconds since 1970. */
  readonly now: number;
}

function totalText(output: Output, { ledger, store, now }: Shown): string {
  const { total, processes, since } = ledger;
  const by = formatQuantity(processes, 'process', 'processes');
  const sinceText = (from: number) => `${formatInstant(from)}, ${formatDuration(now - from)} ago`;
  return formatFacts(output, [
    ['since', since === undefined ? undefined : sinceText(since)],
    ['requests', `${formatCount(total.requests)} by ${by}`],
    ['hit rate', formatPercent(total.hitRate), output.colors.bold],
    ['miss rate', formatPercent(total.missRate)],
    ...outcomeFacts(total),
    ...savingFacts(total, output),
    ...sizeFacts(store, now),
    ['evictions', rareText(Math.max(total.evictions, store.evictions ?? 0))],
  ]);
}

const FIGURES = ['REQUESTS', 'HITS', 'RATE', 'TOKENS SAVED', '$ SAVED', '$ SPENT'];
const NARROWEST_NAME = 10;
const WIDEST_NAME = 40;

/** The figures take what they need, and the name gets the rest of the line. */
function columnsFor(title: string, rows: readonly (readonly string[])[], { width }: Output) {
  const figures = FIGURES.map((figure): Column => ({ title: figure, align: 'right' }));
  const widths = FIGURES.map((figure, index) =>
    Math.max(figure.length, ...rows.map((row) => row[index + 1]?.length ?? 0)),
  );
  const left = widths.reduce((rest, taken) => rest - taken - 2, width);
  return [{ title, width: Math.min(Math.max(NARROWEST_NAME, left), WIDEST_NAME) }, ...figures];
}

function cells({ provider, model, day, ...figures }: LedgerRow): readonly string[] {
  const { requests, hits, hitRate, tokens, cost } = figures;
  const saved = tokens.saved.input + tokens.saved.output;
  const counts = [requests, hits].map(formatCount);
  const name = day ?? [provider, model].filter((each) => each !== undefined).join('/');
  const money = [cost.saved, cost.spent].map(formatMoney);
  return [name, ...counts, formatPercent(hitRate), formatCount(saved), ...money];
}

function groupText(output: Output, ledger: Ledger, group: LedgerGroup): string {
  const rows = ledger.by(group).map(cells);
  return formatTable(output, columnsFor(group.toUpperCase(), rows, output), rows);
}

const OUTCOMES = [
  { name: 'hits', color: 'green', shade: '█' },
  { name: 'stale', color: 'yellow', shade: '▓' },
  { name: 'collapsed', color: 'cyan', shade: '▒' },
  { name: 'misses', color: 'red', shade: '░' },
] as const;
const CHART_DAYS = 14;

function summaryText(output: Output, shown: Shown): string {
  const { ledger, store } = shown;
  const parts = [totalText(output, shown)];
  if (ledger.by('model').length > 0) parts.push(groupText(output, ledger, 'model'));
  parts.push(...providersText(output, store));
  const bars = ledger.by('day').map((row) => ({
    label: row.day ?? '',
    values: OUTCOMES.map(({ name }) => row[name]),
  }));
  if (bars.length > 0) parts.push(stackedChart(output, OUTCOMES, bars.slice(-CHART_DAYS)));
  return parts.join('\n\n');
}

interface StatsOptions {
  readonly by?: LedgerGroup | undefined;
  readonly since?: number | undefined;
  /** The namespace, where there are several. */
  readonly namespace?: string | undefined;
  /** Counts the entries however many there are. */
  readonly size?: boolean | undefined;
  /** Counts no entries. */
  readonly quick?: boolean | undefined;
}

async function printStats(
  { output, host }: Session,
  cache: LlmCache,
  { by, since: span, size = false, quick = false, namespace }: StatsOptions,
): Promise<void> {
  const ledger = await cache.ledger({ since: span });
  const { processes, total, since: from } = ledger;
  const since = from === undefined ? undefined : formatInstant(from);
  const head = { namespace, processes, since };
  if (by === 'model' || by === 'day') {
    const fact = { ...head, by, rows: ledger.by(by) };
    return output.print(fact, () => groupText(output, ledger, by));
  }
  const now = host.now();
  const count = quick ? 'none' : size ? 'all' : undefined;
  const shown = { ledger, store: await measured(cache, { now, count }), now };
  const store = sizeFact(shown.store);
  if (by === undefined) {
    const [byModel, byProvider, byDay] = (['model', 'provider', 'day'] as const).map((group) =>
      ledger.by(group),
    );
    const rows = { byModel, byProvider, byDay };
    return output.print({ ...head, ...total, store, ...rows }, () => summaryText(output, shown));
  }
  return output.print({ ...head, by, rows: ledger.by(by), store }, () =>
    [groupText(output, ledger, by), ...providersText(output, shown.store)].join('\n\n'),
  );
}

async function printOnce(
  session: Session,
  opened: OpenedCache,
  {
    allNamespaces = false,
    ...options
  }: StatsOptions & { readonly allNamespaces?: boolean | undefined },
): Promise<void> {
  const { output } = session;
  if (!allNamespaces) return printStats(session, opened.cache, options);
  let place = '';
  for await (const { namespace, cache } of eachNamespace(session, opened)) {
    const title = `${place}Namespace ${visibleText(namespace)}`;
    if (!output.isJson) await output.write(`${output.colors.bold(title)}\n`);
    await printStats(session, cache, { ...options, namespace });
    place = '\n';
  }
}

const GROUPS = ['model', 'provider', 'day'] as const;

export const stats = defineCommand({
  name: 'stats',
  summary: 'Show requests, hit rate and savings.',
  notes:
    'The figures are the sum over all processes that share the store and the namespace. Each process writes its own figures every 10 s. The beginning of --since is rounded down to five minutes. If it is longer than a day, its beginning is rounded down to a whole day in UTC.',
  options: {
    since: ago('show only what was counted in this last time: 1h, 7d'),
    by: oneOf('<group>', GROUPS, 'show one row for each'),
    size: flag('count all entries, even if that takes longer than 2s'),
    quick: flag('do not count the entries'),
    allNamespaces: flag('show the figures of every namespace that has entries'),
    watch: flag('repeat until Ctrl-C'),
    interval: duration('pause between two repetitions (default 2s)'),
  },
  async run({ session, options: { watch = false, interval = 2_000, ...options } }) {
    const { host, output } = session;
    const { signal } = host;
    await withCache(session, 'must-exist', async (opened) => {
      if (!options.allNamespaces) await hintAtOthers(session, opened);
      if (!watch) return printOnce(session, opened, options);
      while (!signal.aborted) {
        output.clearScreen();
        await printOnce(session, opened, options);
        // Ctrl-C ends the pause at once, and is no failure.
        await pause(interval, { signal }).catch(() => {});
      }
    });
    return undefined;
  },
});
