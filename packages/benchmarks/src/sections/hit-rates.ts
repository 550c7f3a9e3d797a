import { resolve } from 'node:path';
import { OURS } from '../contenders/index.ts';
import {
  bestHitRate,
  hitRate,
  hitRateOfLru,
  madeTraces,
  promptSuite,
  roomOf,
  type Trace,
  traceIn,
} from '../hit-rate/index.ts';
import type { Section } from '../report/index.ts';
import { lines, type Point } from '../report/index.ts';

const PERCENTS = [2, 10, 25, 50, 75];
const POLICIES = [
  { name: 'LRU', rate: hitRateOfLru },
  { name: OURS, rate: hitRate },
  { name: 'Belady', rate: bestHitRate },
];

function ratesOf(trace: Trace): Point[] {
  return PERCENTS.flatMap((percent) =>
    POLICIES.map(({ name, rate }) => {
      const y = rate(trace, roomOf(trace, percent));
      return { group: trace.name, name, x: percent, y };
    }),
  );
}

export const hitRates: Section = {
  name: 'hit-rate',
  title: 'Hit rates',
  text: 'Percentage of the requests that a store answers with room for this percentage of the distinct keys. Belady knows the future, and is the best possible policy if all entries have one size; otherwise one that prefers small entries can be better. `benchmark hit-rate <file>…` measures your own files: one key on each line, or `key,bytes`.',
  async run(paths) {
    // pnpm runs this in the package's folder, whatever folder it was called from.
    const here = process.env.INIT_CWD ?? process.cwd();
    const own = paths.map((path) => traceIn(resolve(here, path)));
    const traces = own.length > 0 ? own : [...promptSuite(), ...madeTraces()];
    const rates = traces.flatMap(ratesOf);
    const rows = traces.flatMap(({ name }) =>
      PERCENTS.map((percent) => {
        const here = rates.filter(({ group, x }) => group === name && x === percent);
        return [name, percent, ...here.map(({ y }) => y.toFixed(1))];
      }),
    );
    return {
      head: ['trace', '% of keys', ...POLICIES.map(({ name }) => name)],
      rows,
      plot: lines(rates, { x: 'room, % of distinct keys', y: 'hits, %' }),
    };
  },
};
