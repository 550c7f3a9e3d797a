import Table from 'cli-table3';
import type { Output } from './output.ts';

type Colored = Pick<Output, 'colors'>;

export interface Column {
  readonly title: string;
  /** In characters; a longer text is cut, with `…` at its end. @default the width of the widest cell */
  readonly width?: number | undefined;
  readonly align?: 'left' | 'right' | undefined;
}

/** A name and its value. A fact without a value is not printed. */
export type Fact = readonly [name: string, value: string | undefined];

const NO_LINES = Object.fromEntries(
  ['top', 'bottom', 'left', 'right', 'mid']
    .flatMap((side) => [side, `${side}-mid`, `${side}-left`, `${side}-right`])
    .map((side) => [side, '']),
);

/** A table without lines. Where no column has a title, there is no row of titles. */
export function formatTable(
  { colors }: Colored,
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
): string {
  const table = new Table({
    chars: { ...NO_LINES, 'mid-mid': '', 'left-mid': '', 'right-mid': '', middle: '  ' },
    style: { 'padding-left': 0, 'padding-right': 0, head: [], border: [] },
    colWidths: columns.map(({ width }) => width ?? null),
    colAligns: columns.map(({ align = 'left' }) => align),
  });
  const titles = columns.map(({ title }) => colors.dim(title));
  if (columns.some(({ title }) => title !== '')) table.push(titles);
  table.push(...rows.map((row) => [...row]));
  const lines = table.toString().split('\n');
  return lines.map((line) => line.trimEnd()).join('\n');
}

/** Names and values, one per line. */
export function formatFacts({ colors }: Colored, facts: readonly Fact[]): string {
  const known = facts.filter(([, value]) => value !== undefined);
  const width = Math.max(...known.map(([name]) => name.length));
  const lines = known.map(([name, value]) => `${colors.dim(name.padEnd(width))}  ${value}`);
  return lines.map((line) => line.trimEnd()).join('\n');
}
