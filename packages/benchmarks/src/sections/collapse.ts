import { setTimeout as delay } from 'node:timers/promises';
import type { Contender } from '../contenders/index.ts';
import { inMemory } from '../contenders/index.ts';
import { requestOf, responseOf } from '../measuring/index.ts';
import type { Section } from '../report/index.ts';
import { bars } from '../report/index.ts';

const AT_ONCE = 1_000;

async function atOnce({ ask }: Contender, number: number): Promise<number> {
  const startedAt = performance.now();
  await Promise.all(Array.from({ length: AT_ONCE }, () => ask(requestOf(1_000, number))));
  return Math.round(performance.now() - startedAt);
}

export const collapse: Section = {
  name: 'collapse',
  title: '1,000 equal requests at once',
  text: 'Calls that reach the provider, which takes 50 ms, and milliseconds until all are answered; measured the second time.',
  async run() {
    const rows: (readonly [string, number, number])[] = [];
    for (const make of inMemory) {
      let calls = 0;
      const contender = make(async () => {
        calls += 1;
        await delay(50);
        return responseOf(2_000);
      }, 10_000);
      await atOnce(contender, 0); // it is compiled now
      calls = 0;
      const time = await atOnce(contender, 1);
      rows.push([contender.name, calls, time]);
    }
    const values = rows.map(([name, value]) => ({ group: 'calls of the provider', name, value }));
    return { head: ['library', 'calls', 'ms'], rows, plot: bars(values, 'calls') };
  },
};
