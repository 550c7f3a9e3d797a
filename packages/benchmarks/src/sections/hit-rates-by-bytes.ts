import { OURS } from '../contenders/index.ts';
import {
  hitRate,
  hitRateOfGdsf,
  hitRateOfLru,
  hitRateOfS3Fifo,
  roomOf,
  sizedTraces,
} from '../hit-rate/index.ts';
import { lines, type Section } from '../report/index.ts';

const PERCENTS = [1, 5, 10, 25, 50];
const POLICIES = [
  { name: 'LRU', rate: hitRateOfLru },
  { name: 'S3-FIFO', rate: hitRateOfS3Fifo },
  { name: 'GDSF', rate: hitRateOfGdsf },
  { name: OURS, rate: hitRate },
];

export const hitRatesByBytes: Section = {
  name: 'hit-rate-bytes',
  title: 'Hit rates where answers differ in size',
  text: 'Percentage of the requests that a store answers with room for this percentage of the bytes of all distinct answers. These are chats of 2 KB, vectors of 6 KB and results of tools of 100 KB. The traces are made, and the same in every run; the prompt suite is real, and the sizes of its answers are made.',
  async run() {
    const rates = sizedTraces().flatMap((trace) =>
      PERCENTS.flatMap((percent) =>
        POLICIES.map(({ name, rate }) => {
          const y = rate(trace, roomOf(trace, percent));
          return { group: trace.name, name, x: percent, y };
        }),
      ),
    );
    const traces = [...new Set(rates.map(({ group }) => group))];
    const rows = traces.flatMap((trace) =>
      PERCENTS.map((percent) => {
        const here = rates.filter(({ group, x }) => group === trace && x === percent);
        return [trace, percent, ...here.map(({ y }) => y.toFixed(1))];
      }),
    );
    return {
      head: ['trace', '% of bytes', ...POLICIES.map(({ name }) => name)],
      rows,
      plot: lines(rates, { x: 'room, % of the bytes', y: 'hits, %' }),
    };
  },
};
