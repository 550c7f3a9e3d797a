import { visibleText } from '@cached-llm/core/store';
import Table from 'cli-table3';
import type { Output } from './output.ts';
import { displayWidth } from './width.ts';

type Colored = Pick<Output, 'colors'>;

type Style = (text: string) => string;

export interface Column {
  readonly title: string;
  /** In characters; a longer text is cut, with `…` at its end. @default the width of the widest cell */
  readonly width?: number | undefined;
  readonly align?: 'left' | 'right' | undefined;
  /** Colours a cell. @default none */
  readonly style?: Style | undefined;
}

/** A name and its value. A fact without a value is not printed. */
export type Fact = readonly [name: string, value: string | undefined, style?: Style];

const NO_LINES = Object.fromEntries(
  ['top', 'bottom', 'left', 'right', 'mid']
    .flatMap((side) => [side, `${side}-mid`, `${side}-left`, `${side}-right`])
    .map((side) => [side, '']),
);

const plain: Style = (text) => text;

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
  const cell = (text: string, index: number) => {
    const { style = plain } = columns[index] ?? {};
    return style(visibleText(text));
  };
  table.push(...rows.map((row) => row.map(cell)));
  const lines = table.toString().split('\n');
  return lines.map((line) => line.trimEnd()).join('\n');
}

/** Names and values, one per line. */
export function formatFacts({ colors }: Colored, facts: readonly Fact[]): string {
  const known = facts.filter(([, value]) => value !== undefined);
  const width = Math.max(...known.map(([name]) => displayWidth(name)));
  const lines = known.map(([name, value = '', style = plain]) => {
    return `${colors.dim(name.padEnd(width))}  ${style(visibleText(value))}`;
  });
  return lines.map((line) => line.trimEnd()).join('\n');
}
