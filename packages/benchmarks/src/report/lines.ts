import type { TopLevelSpec } from 'vega-lite';
import { OURS } from '../contenders/ours.ts';
import { CONFIG, distinct, PANEL, STRONG } from './plot.ts';

export interface Point {
  readonly group: string;
  readonly name: string;
  readonly x: number;
  readonly y: number;
}

const OTHERS = ['#868e96', '#e8590c'];

const SMALL = { width: 280, height: 180 };
const LARGE = { width: 460, height: 180 };

function coloursOf(domain: readonly string[]) {
  const others = domain.filter((name) => name !== OURS);
  const range = domain.map((name) => (name === OURS ? STRONG : OTHERS[others.indexOf(name) % 2]));
  return { domain, range };
}

/** A panel for each group, with a line for each name; over powers of ten where `xs` are given. */
export function lines(
  values: readonly Point[],
  titles: { readonly x: string; readonly y: string },
  xs: readonly number[] | undefined = undefined,
): TopLevelSpec {
  const scale = coloursOf(distinct(values.map(({ name }) => name)));
  const powers = xs && { scale: { type: 'log' }, axis: { values: xs, format: '~s' } };
  const sort = distinct(values.map(({ group }) => group));
  return {
    config: CONFIG,
    data: { values: [...values] },
    facet: { field: 'group', ...PANEL, sort },
    columns: 2,
    resolve: { axis: { x: 'independent', y: 'independent' } },
    spec: {
      ...(sort.length > 1 ? SMALL : LARGE),
      mark: { type: 'line', point: true },
      encoding: {
        x: { field: 'x', type: 'quantitative', title: titles.x, ...powers },
        y: { field: 'y', type: 'quantitative', title: titles.y, scale: { zero: true } },
        color: { field: 'name', type: 'nominal', title: null, scale },
      },
    },
  } as TopLevelSpec; // the checker does not find this one in the union of all charts
}
