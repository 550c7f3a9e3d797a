import type { StoredEntry } from '@cached-llm/core';
import { entryId, ID_LENGTH } from '../store/entry-id.ts';
import { shownSize, shownSpan } from '../terminal/format.ts';
import type { Output } from '../terminal/output.ts';

interface EntryColumn {
  readonly title: string;
  readonly width: number;
  readonly align?: 'right';
}

const COLUMNS: readonly EntryColumn[] = [
  { title: 'KEY', width: ID_LENGTH },
  { title: 'PROVIDER', width: 9 },
  { title: 'MODEL', width: 21 },
  { title: 'STATE', width: 11 },
  { title: 'AGE', width: 5, align: 'right' },
  { title: 'LEFT', width: 5, align: 'right' },
  { title: 'SIZE', width: 7, align: 'right' },
];
const USUAL_WIDTH = 80;
const FEW = 12;

function columnsFor(width: number): readonly EntryColumn[] {
  const room = width - USUAL_WIDTH - 2;
  return room < FEW ? COLUMNS : [...COLUMNS, { title: 'TAGS', width: room }];
}

/** For how long it is still fresh. */
export function leftText({ header, state }: StoredEntry, now: number): string {
  const left = header.freshUntil - now;
  if (state !== 'fresh') return '-';
  return header.freshUntil >= Number.MAX_SAFE_INTEGER ? 'ever' : shownSpan(left);
}

/** What is shown of an entry. */
export function entryCells(entry: StoredEntry, now: number): readonly string[] {
  const { provider, model = '-', storedAt, tags = [] } = entry.header;
  const times = [shownSpan(now - storedAt), leftText(entry, now)];
  const what = [entryId(entry.key), provider, model, entry.state];
  return [...what, ...times, shownSize(entry.bytes), tags.join(', ')];
}

function fitted(text: string, { width, align }: EntryColumn): string {
  const shown = text.length > width ? `${text.slice(0, width - 1)}…` : text;
  return align === 'right' ? shown.padStart(width) : shown.padEnd(width);
}

/**
 * A page of entries, in columns that are the same on every page; titles stand on the first. Without the
 * library that makes the other tables: it takes ten times as long as reading the entries.
 */
export function entryTable(
  { width, colors }: Pick<Output, 'width' | 'colors'>,
  rows: readonly (readonly string[])[],
  isFirst: boolean,
): string {
  const columns = columnsFor(width);
  const line = (row: readonly string[]) =>
    columns
      .map((column, index) => fitted(row[index] ?? '', column))
      .join('  ')
      .trimEnd();
  const titles = isFirst ? [colors.dim(line(columns.map(({ title }) => title)))] : [];
  return [...titles, ...rows.map(line)].join('\n');
}
