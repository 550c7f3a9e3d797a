import { inMemory } from '../contenders/index.ts';
import { requestOf, responseOf, rounds } from '../measuring/index.ts';
import type { Section } from '../report/index.ts';
import { bars } from '../report/index.ts';

const CALLS = 100;

export const miss: Section = {
  name: 'miss',
  title: 'What a miss adds to the call',
  text: 'Microseconds that a cache adds to the call of a provider that answers at once: request of 1 KB, response of 2 KB, each request a new one.',
  async run() {
    const response = responseOf(2_000);
    const call = async (_request: object) => response;
    let number = 0;
    const nextRequest = () => {
      number += 1;
      return requestOf(1_000, number);
    };
    const contenders = inMemory.map((make) => make(call, 10_000));
    const runs = contenders.map(({ name, ask }) => ({ name, run: () => ask(nextRequest()) }));
    const [plain, ...figures] = await rounds(
      [{ name: 'no cache', run: () => call(nextRequest()) }, ...runs],
      CALLS,
    );
    const added = figures.map(({ name, time }) => ({
      group: '1 KB / 2 KB',
      name,
      value: time - (plain?.time ?? 0),
    }));
    return {
      head: ['library', 'µs'],
      rows: added.map(({ name, value }) => [name, value.toFixed(1)]),
      plot: bars(added, 'microseconds a miss'),
    };
  },
};
