import Table from 'cli-table3';
import type { Output } from './output.ts';

export interface Column {
  readonly title: string;
  /** Characters; a longer text ends in `…`. @default as wide as its widest cell */
  readonly width?: number | undefined;
  readonly align?: 'left' | 'right' | undefined;
}

const NO_LINES = Object.fromEntries(
  ['top', 'bottom', 'left', 'right', 'mid']
    .flatMap((side) => [side, `${side}-mid`, `${side}-left`, `${side}-right`])
    .map((side) => [side, '']),
);

type Rows = readonly (readonly string[])[];

/** Columns without lines. Widths that are given stay the same from one page of rows to the next. */
export function tableText(output: Pick<Output, 'colors'>, columns: readonly Column[], rows: Rows) {
  const { dim } = output.colors;
  const table = new Table({
    chars: { ...NO_LINES, 'mid-mid': '', 'left-mid': '', 'right-mid': '', middle: '  ' },
    style: { 'padding-left': 0, 'padding-right': 0, head: [], border: [] },
    colWidths: columns.map(({ width }) => width ?? null),
    colAligns: columns.map(({ align = 'left' }) => align),
  });
  const titles = columns.map(({ title }) => dim(title));
  if (columns.some(({ title }) => title !== '')) table.push(titles);
  table.push(...rows.map((row) => [...row]));
  return table
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n');
}

/** Names and values, one a line. */
export function factsText(
  output: Pick<Output, 'colors'>,
  facts: readonly (readonly [string, string | undefined])[],
) {
  const known = facts.flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value] as const],
  );
  const width = Math.max(...known.map(([name]) => name.length));
  return known
    .map(([name, value]) => `${output.colors.dim(name.padEnd(width))}  ${value}`.trimEnd())
    .join('\n');
}
