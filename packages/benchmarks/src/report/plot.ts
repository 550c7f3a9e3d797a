import * as vega from 'vega';
import { compile, type TopLevelSpec } from 'vega-lite';

const FONT = { labelFont: 'sans-serif', titleFont: 'sans-serif', labelFontSize: 11 };
export const CONFIG = {
  background: 'white',
  padding: 12,
  axis: { ...FONT, grid: true, domain: false, labelLimit: 300 },
  header: { ...FONT, labelFontSize: 12, labelFontWeight: 'bold' as const },
  legend: FONT,
  view: { stroke: null },
};
export const [STRONG, PALE] = ['#0b7285', '#adb5bd'];
export const PANEL = {
  type: 'nominal' as const,
  title: null,
  header: { labelAnchor: 'start' as const, labelOrient: 'top' as const, labelAngle: 0 },
};

export const distinct = (texts: readonly string[]) => [...new Set(texts)];

export function asSvg(plot: TopLevelSpec): Promise<string> {
  const logger = vega.logger(vega.Error); // it warns of scales that the panels have of their own, on purpose
  return new vega.View(vega.parse(compile(plot, { logger }).spec), { renderer: 'none' }).toSVG();
}
