import { setTimeout as delay } from 'node:timers/promises';
import { bars } from '../bars.ts';
import { inMemory } from '../contenders/in-memory.ts';
import type { Section } from '../report.ts';
import { requestOf, responseOf } from '../workload.ts';

const AT_ONCE = 1_000;

export const collapse: Section = {
  name: 'collapse',
  title: '1,000 equal requests at once',
  text: 'Calls that reach the provider, which takes 50 ms; and milliseconds until all are answered.',
  async run() {
    const rows: (readonly [string, number, number])[] = [];
    for (const make of inMemory) {
      let calls = 0;
      const { name, ask } = make(async () => {
        calls += 1;
        await delay(50);
        return responseOf(2_000);
      }, 10_000);
      const startedAt = performance.now();
      await Promise.all(Array.from({ length: AT_ONCE }, () => ask(requestOf(1_000))));
      rows.push([name, calls, Math.round(performance.now() - startedAt)]);
    }
    const values = rows.map(([name, value]) => ({ group: 'calls of the provider', name, value }));
    return { head: ['library', 'calls', 'ms'], rows, plot: bars(values, 'calls') };
  },
};
