import { OURS } from '../contenders/index.ts';
import type { Section } from '../report/index.ts';
import { bars } from '../report/index.ts';
import { inProcess } from './in-process.ts';

type Shares = readonly (readonly [functionName: string, percent: number])[];

/** The numbers of requests in turn: few, whose parsed entries are all remembered, and more than are remembered. */
const LOADS = [64, 5_000];

export const profile: Section = {
  name: 'profile',
  title: 'Functions in a hit',
  text: `Self time of the functions in a hit of ${OURS} in memory, by a sampling profiler: 1 KB of request, 2 KB of response.`,
  async run() {
    const values = [];
    for (const count of LOADS) {
      const group = `${count.toLocaleString('en')} requests in turn`;
      const shares = (await inProcess('./profile-child.ts', `${count}`)) as Shares; // that file prints them
      values.push(...shares.map(([name, value]) => ({ group, name, value })));
    }
    return {
      head: ['load', 'function', '%'],
      rows: values.map(({ group, name, value }) => [group, name, value.toFixed(1)]),
      plot: bars(values, '% of the time'),
    };
  },
};
