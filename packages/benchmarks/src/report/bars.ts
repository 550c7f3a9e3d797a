import type { TopLevelSpec } from 'vega-lite';
import { OURS } from '../contenders/ours.ts';
import { CONFIG, distinct, PALE, PANEL, STRONG } from './plot.ts';

export interface Bar {
  readonly group: string;
  readonly name: string;
  readonly value: number;
}

function readable(value: number): string {
  const digits = value >= 100 ? 0 : value >= 10 ? 1 : 2;
  return value.toLocaleString('en', { maximumFractionDigits: digits });
}

const IS_OURS = { test: `datum.name === '${OURS}'`, value: STRONG };
const BAR = {
  mark: { type: 'bar' as const, height: 12 },
  encoding: { color: { condition: IS_OURS, value: PALE } },
};
const LABEL = {
  mark: { type: 'text' as const, align: 'left' as const, dx: 4 },
  encoding: { text: { field: 'label' } },
};

/** A panel of bars for each group, with scales of their own. */
export function bars(
  values: readonly Bar[],
  unit: string,
  scale: 'linear' | 'sqrt' = 'linear',
): TopLevelSpec {
  const sort = distinct(values.map(({ name }) => name));
  return {
    config: CONFIG,
    data: { values: values.map((bar) => ({ ...bar, label: readable(bar.value) })) },
    facet: { row: { field: 'group', ...PANEL, sort: distinct(values.map(({ group }) => group)) } },
    resolve: { scale: { x: 'independent', y: 'independent' } },
    spec: {
      width: 460,
      height: { step: 18 },
      encoding: {
        x: { field: 'value', type: 'quantitative', title: unit, scale: { type: scale } },
        y: { field: 'name', type: 'nominal', title: null, sort, axis: { grid: false } },
      },
      layer: [BAR, LABEL],
    },
  };
}
