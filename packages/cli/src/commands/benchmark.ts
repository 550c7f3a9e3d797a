import { verb } from '../command-line/command.ts';
import { bytes, count } from '../command-line/options.ts';
import { UsageFailure } from '../terminal/exit.ts';
import { shownCount, shownTime } from '../terminal/format.ts';
import { withProgress } from '../terminal/progress.ts';
import { type Column, tableText } from '../terminal/table.ts';
import { benchmarkStore, type Load, type Measured } from './benchmark-store.ts';

const right = (title: string): Column => ({ title, align: 'right' });
const COLUMNS = [
  { title: 'STORE', width: 22 },
  { title: '' },
  ...['TOTAL', 'AVERAGE', 'P50', 'P95', 'P99', 'PER S'].map(right),
];

function cells({ store, phase, perSecond, ...times }: Measured): readonly string[] {
  const { total, average, p50, p95, p99 } = times;
  const shown = [total, average, p50, p95, p99].map(shownTime);
  return [store, phase, ...shown, shownCount(Math.round(perSecond))];
}

export const benchmark = verb({
  name: 'benchmark',
  summary: 'Measure stores side by side.',
  words: ['[stores...]'],
  flags: {
    requests: count('<count>', 'of each kind (default 1000)'),
    concurrency: count('<count>', 'under way at once (default 1)'),
    size: bytes('of an answer (default 2kb)'),
  },
  notes: 'Entries go into a namespace of their own, which is removed afterwards.',
  async run({ session, words, given: { requests = 1000, concurrency = 1, size = 2000 } }) {
    const { host, globals, output } = session;
    const named = globals.store ?? host.environment.CACHED_LLM_STORE;
    const others = words.length > 0 ? words : named ? [named] : [];
    const load: Load = { requests, width: concurrency, size };
    if (size > 4e6) throw new UsageFailure('An answer of more than 4mb is stored nowhere.');
    const urls = [...new Set(['memory:', ...others])];
    const measured: Measured[] = [];
    await withProgress(host, { label: 'stores', total: urls.length }, async (bar) => {
      for (const url of urls) {
        measured.push(...(await benchmarkStore(url, load)));
        bar.advance();
      }
    });
    await output.say({ ...load, measured }, () => tableText(output, COLUMNS, measured.map(cells)));
    return undefined;
  },
});
