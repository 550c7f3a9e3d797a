import type { LlmCache } from '@cached-llm/core';
import { pause, type StoreFigures } from '@cached-llm/core/store';
import {
  type Column,
  type Fact,
  formatBytes,
  formatCount,
  formatDuration,
  formatPercent,
  formatTable,
  type Output,
} from '../terminal/index.ts';

/** Milliseconds that entries are counted for unasked, and after which they are counted again. */
const COUNT_TIMEOUT = 2_000;
const COUNT_INTERVAL = 60_000;

interface Measuring {
  /** Milliseconds since 1970. */
  readonly now: number;
  /** For how long entries are counted: to the end, however many there are, or not at all. @default for 2 s */
  readonly count?: 'all' | 'none' | undefined;
}

/** Every row is read to count the entries, so that a count is as old as it says where figures are repeated. */
export async function measured(cache: LlmCache, { now, count }: Measuring): Promise<StoreFigures> {
  if (count === 'none') return cache.measure({ signal: AbortSignal.abort() });
  const { store } = cache.stats();
  if (now - (store.measuredAt ?? Number.NEGATIVE_INFINITY) < COUNT_INTERVAL) return store;
  if (count === 'all') return cache.measure();
  const isLate = new AbortController();
  void pause(COUNT_TIMEOUT, { ref: false }).then(() => isLate.abort());
  return cache.measure({ signal: isLate.signal });
}

/** As JSON. What the store does not say is absent. */
export function sizeFact({ measuredAt, ...store }: StoreFigures) {
  const at = measuredAt === undefined ? undefined : new Date(measuredAt).toISOString();
  return { measuredAt: at, ...store };
}

const ofMost = (used: string, most: string | undefined) =>
  most === undefined ? used : `${used} of ${most}`;

function countText({ entries, bytes = 0, measuredAt }: StoreFigures, now: number): string {
  if (entries === undefined) return 'not counted: there are many, and --size counts them all';
  const age = now - (measuredAt ?? now);
  const ago = age < 1_000 ? '' : `, ${formatDuration(age)} ago`;
  return `${formatCount(entries)} in ${formatBytes(bytes)}${ago}`;
}

/** As text, with the age of what was counted before now. */
export function sizeFacts(store: StoreFigures, now: number): readonly Fact[] {
  const { usedBytes, maxBytes, utilization } = store;
  const bound = maxBytes === undefined ? undefined : formatBytes(maxBytes);
  const used = usedBytes === undefined ? undefined : ofMost(formatBytes(usedBytes), bound);
  return [
    ['entries', countText(store, now)],
    ['space used', used],
    ['utilization', utilization === undefined ? undefined : formatPercent(utilization)],
  ];
}

const COLUMNS: readonly Column[] = [
  { title: 'PROVIDER' },
  { title: 'ENTRIES', align: 'right' },
  { title: 'SIZE', align: 'right' },
];

/** A table of the entries of each provider, where they were counted and there is one. */
export function providersText(
  output: Output,
  { byProvider = [] }: StoreFigures,
): readonly string[] {
  const rows = byProvider.map(({ provider = '(not readable)', entries, bytes }) => [
    provider,
    formatCount(entries),
    formatBytes(bytes),
  ]);
  return rows.length === 0 ? [] : [formatTable(output, COLUMNS, rows)];
}
