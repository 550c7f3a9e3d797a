import Table from 'cli-table3';
import type { TopLevelSpec } from 'vega-lite';

/** The figures of one section. */
export interface Report {
  readonly head: readonly string[];
  readonly rows: readonly (readonly (string | number)[])[];
  /** Markdown below the table. */
  readonly note?: string;
  readonly plot?: TopLevelSpec;
}

export interface Section {
  readonly name: string;
  readonly title: string;
  /** What is measured, in Markdown. */
  readonly text: string;
  run(parameters: readonly string[]): Promise<Report>;
}

const isNumeric = (value: unknown) =>
  typeof value === 'number' || /^[\d.,×%+ -]+$/.test(`${value}`);

export function asText({ head, rows }: Report): string {
  const colAligns = head.map((_, column) =>
    rows.every((row) => isNumeric(row[column])) ? ('right' as const) : ('left' as const),
  );
  const table = new Table({
    head: [...head],
    colAligns,
    style: { head: [], border: [], compact: true },
  });
  for (const row of rows) table.push([...row]);
  return table.toString();
}

export function asMarkdown({ head, rows }: Report): string {
  const line = (cells: readonly (string | number)[]) => `| ${cells.join(' | ')} |`;
  const rule = head.map((_, column) =>
    rows.every((row) => isNumeric(row[column])) ? '---:' : '---',
  );
  return [line(head), line(rule), ...rows.map(line)].join('\n');
}
