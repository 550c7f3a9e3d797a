import * as vega from 'vega';
import { compile, type TopLevelSpec } from 'vega-lite';
import { OURS } from '../contenders/index.ts';

const FONT = { labelFont: 'sans-serif', titleFont: 'sans-serif', labelFontSize: 11 };
const CONFIG = {
  background: 'white',
  padding: 12,
  axis: { ...FONT, grid: true, domain: false, labelLimit: 300 },
  header: { ...FONT, labelFontSize: 12, labelFontWeight: 'bold' as const },
  legend: FONT,
  view: { stroke: null },
};
const [STRONG, PALE] = ['#0b7285', '#adb5bd'];
const PANEL = {
  type: 'nominal' as const,
  title: null,
  header: { labelAnchor: 'start' as const, labelOrient: 'top' as const, labelAngle: 0 },
};

const distinct = (texts: readonly string[]) => [...new Set(texts)];

export function asSvg(plot: TopLevelSpec): Promise<string> {
  const logger = vega.logger(vega.Error); // it warns of the panels' own scales, which are intended
  return new vega.View(vega.parse(compile(plot, { logger }).spec), { renderer: 'none' }).toSVG();
}

interface Bar {
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

/** A panel of bars for each group; each panel has its own scales. */
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

/** A panel for each group, with a line for each name. With `xs` the x axis is logarithmic. */
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
  } as TopLevelSpec; // the compiler does not find it in the union of all charts
}
