import { stripVTControlCharacters } from 'node:util';
import Chartscii from 'chartscii';
import { formatCount } from './format.ts';
import type { Output } from './output.ts';

/** One part of every bar. */
interface Series {
  readonly name: string;
  readonly color: 'green' | 'yellow' | 'cyan' | 'red';
  /** The character that stands for the part where there are no colours. */
  readonly shade: string;
}

interface Bar {
  readonly label: string;
  /** One number for each series. */
  readonly values: number[];
}

/** What a line needs beside its bar: the label and the sum. */
const LABEL_WIDTH = 30;
const LONGEST_LINE = 100;
const END_OF_COLOR = '\u001b[0m';

/** Gives each part its own shade, where the library gave it a colour. */
function withShades(chart: string, series: readonly Series[]): string {
  const shade = (part: string, index: number) => part.replaceAll('█', series[index]?.shade ?? '█');
  const lines = chart.split('\n').map((line) => line.split(END_OF_COLOR).map(shade).join(''));
  return stripVTControlCharacters(lines.join('\n'));
}

/** Bars of several parts, one per line with the sum behind it, and a legend below. */
export function stackedChart(
  { colors, width }: Pick<Output, 'colors' | 'width'>,
  series: readonly Series[],
  bars: readonly Bar[],
): string {
  const data = bars.map(({ label, values }) => ({ label, value: values }));
  const chart = new Chartscii(data, {
    width: Math.max(10, Math.min(width, LONGEST_LINE) - LABEL_WIDTH),
    stackColors: series.map(({ color }) => color),
    colorLabels: false,
    barSize: 1,
    padding: 0,
    naked: true,
    valueLabels: true,
    valueLabelFormat: (values) =>
      formatCount(values.reduce((sum, value) => sum + Number(value), 0)),
  }).create();
  const legend = series.map(
    ({ name, color, shade }) => `${colors.isColorSupported ? colors[color]('█') : shade} ${name}`,
  );
  const shown = colors.isColorSupported ? chart : withShades(chart, series);
  return `${shown.trim()}\n${legend.join('   ')}`;
}
