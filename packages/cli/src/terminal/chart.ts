import { stripVTControlCharacters } from 'node:util';
import type { LedgerRow } from '@cached-llm/core';
import Chartscii from 'chartscii';
import { shownCount } from './format.ts';
import type { Output } from './output.ts';

const OUTCOMES = [
  { name: 'hits', color: 'green', shade: '█' },
  { name: 'stale', color: 'yellow', shade: '▓' },
  { name: 'collapsed', color: 'cyan', shade: '▒' },
  { name: 'misses', color: 'red', shade: '░' },
] as const;
/** What a line has beside its bar: the day, and the counts. */
const LABELS = 30;
const DAYS = 14;
const END_OF_COLOR = '\u001b[0m';

/** Where there are no colours, each outcome has a shade of its own. */
function shaded(chart: string): string {
  const shade = (segment: string, index: number) =>
    segment.replaceAll('█', OUTCOMES[index]?.shade ?? '█');
  const lines = chart.split('\n').map((line) => line.split(END_OF_COLOR).map(shade).join(''));
  return stripVTControlCharacters(lines.join('\n'));
}

function legend({ colors }: Pick<Output, 'colors'>): string {
  const paint = (color: (typeof OUTCOMES)[number]['color'], text: string) => colors[color](text);
  const marks = OUTCOMES.map(({ name, color, shade }) => {
    return `${colors.isColorSupported ? paint(color, '█') : shade} ${name}`;
  });
  return marks.join('   ');
}

/** What became of requests, day by day: a bar for each of the last two weeks. */
export function outcomeChart(output: Output, days: readonly LedgerRow[]): string {
  const data = days.slice(-DAYS).map((day) => ({
    label: day.day ?? '',
    value: OUTCOMES.map(({ name }) => day[name]),
  }));
  if (data.length === 0) return '';
  const chart = new Chartscii(data, {
    width: Math.max(10, Math.min(output.width, 100) - LABELS),
    stackColors: OUTCOMES.map(({ color }) => color),
    colorLabels: false,
    barSize: 1,
    padding: 0,
    naked: true,
    valueLabels: true,
    valueLabelFormat: (values) => shownCount(values.reduce((sum, value) => sum + Number(value), 0)),
  }).create();
  const bars = output.colors.isColorSupported ? chart : shaded(chart);
  return `${bars.trim()}\n${legend(output)}`;
}
