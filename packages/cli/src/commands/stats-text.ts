import type { Ledger, LedgerGroup, LedgerRow } from '@cached-llm/core';
import { outcomeChart } from '../terminal/chart.ts';
import { shownCount, shownShare } from '../terminal/format.ts';
import type { Output } from '../terminal/output.ts';
import { type Column, tableText } from '../terminal/table.ts';
import { figuresText, moneyText } from './figures-text.ts';

const FIGURES = ['REQUESTS', 'HITS', 'RATE', 'TOKENS SAVED', '$ SAVED', '$ SPENT'];
const SHORTEST = 10;
const LONGEST = 40;

/** Names get what the figures leave of a line. */
function columnsFor(title: string, rows: readonly (readonly string[])[], { width }: Output) {
  const figures = FIGURES.map((figure): Column => ({ title: figure, align: 'right' }));
  const widths = FIGURES.map((figure, index) =>
    Math.max(figure.length, ...rows.map((row) => row[index + 1]?.length ?? 0)),
  );
  const left = widths.reduce((rest, taken) => rest - taken - 2, width);
  return [{ title, width: Math.min(Math.max(SHORTEST, left), LONGEST) }, ...figures];
}

function cells({ provider, model, day, ...figures }: LedgerRow): readonly string[] {
  const { requests, hits, hitRate, tokens, cost } = figures;
  const saved = tokens.saved.input + tokens.saved.output;
  const counts = [shownCount(requests), shownCount(hits), shownShare(hitRate), shownCount(saved)];
  const name = day ?? [provider, model].filter((each) => each !== undefined).join('/');
  return [name, ...counts, moneyText(cost.saved), moneyText(cost.spent)];
}

/** A row for each of a group. */
export function groupText(output: Output, ledger: Ledger, group: LedgerGroup): string {
  const rows = ledger.by(group).map(cells);
  return tableText(output, columnsFor(group.toUpperCase(), rows, output), rows);
}

/** All that is known, and a bar for each day. */
export function summaryText(output: Output, ledger: Ledger): string {
  const models = ledger.by('model').length === 0 ? '' : groupText(output, ledger, 'model');
  const parts = [figuresText(output, ledger), models, outcomeChart(output, ledger.by('day'))];
  return parts.filter((part) => part !== '').join('\n\n');
}
