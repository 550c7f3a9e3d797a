import type { TopLevelSpec } from 'vega-lite';
import { OURS } from './contenders/ours.ts';
import { CONFIG, distinct, PANEL, STRONG } from './plot.ts';

export interface Point {
  readonly group: string;
  readonly name: string;
  readonly x: number;
  readonly y: number;
}

const OTHERS = ['#868e96', '#e8590c'];

/** A panel for each group, with a line for each name; over powers of ten where `xs` are given. */
export function lines(
  values: readonly Point[],
  titles: { readonly x: string; readonly y: string },
  xs: readonly number[] | undefined = undefined,
): TopLevelSpec {
  const domain = distinct(values.map(({ name }) => name));
  const range = domain.map((name, index) => (name === OURS ? STRONG : OTHERS[index % 2]));
  const powers = { scale: { type: 'log' }, axis: { values: xs, format: '~s' } };
  const groups = distinct(values.map(({ group }) => group));
  return {
    config: CONFIG,
    data: { values: [...values] },
    facet: { field: 'group', ...PANEL, sort: groups },
    columns: 2,
    spec: {
      width: groups.length > 1 ? 280 : 460,
      height: 180,
      mark: { type: 'line', point: true },
      encoding: {
        x: { field: 'x', type: 'quantitative', title: titles.x, ...(xs && powers) },
        y: { field: 'y', type: 'quantitative', title: titles.y, scale: { zero: true } },
        color: { field: 'name', type: 'nominal', title: null, scale: { domain, range } },
      },
    },
  } as TopLevelSpec; // the checker does not find this one in the union of all charts
}
