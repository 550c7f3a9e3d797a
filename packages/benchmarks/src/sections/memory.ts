import { inMemory, OURS } from '../contenders/index.ts';
import { responseOf } from '../measuring/index.ts';
import type { Section } from '../report/index.ts';
import { bars } from '../report/index.ts';
import { inProcess } from './in-process.ts';

const NAMES = inMemory.map((make) => make(async () => undefined, 1).name);
const LARGE = ['limit', OURS, 'cacheable getOrSet', 'keyv by hand'];
const FILLS = [
  { entries: 10_000, characters: 1_774, names: NAMES },
  { entries: 1_000_000, characters: 100, names: LARGE },
];

export const memory: Section = {
  name: 'memory',
  title: 'Memory an entry',
  text: 'Bytes of heap for each entry after a garbage collection, in its own process; the payload is the text of the response. A library that shares objects stores no text.',
  async run() {
    const rows: (readonly [string, string, number, number])[] = [];
    for (const { entries, characters, names } of FILLS) {
      const payload = JSON.stringify(responseOf(characters)).length;
      const load = `${entries.toLocaleString('en')} entries of ${payload} bytes`;
      for (const name of names) {
        const bytes = Number(
          await inProcess('./memory-child.ts', name, `${entries}`, `${characters}`),
        );
        rows.push([load, name, Math.round(bytes), Number((bytes / payload).toFixed(2))]);
      }
    }
    const values = rows.map(([group, name, value]) => ({ group, name, value }));
    return {
      head: ['entries', 'library', 'bytes', '× payload'],
      rows,
      plot: bars(values, 'bytes an entry'),
    };
  },
};
