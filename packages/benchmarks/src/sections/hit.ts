import { inMemory } from '../contenders/index.ts';
import {
  embeddingOf,
  embeddingRequest,
  type Figures,
  isSafe,
  requestOf,
  responseOf,
  rounds,
  stored,
  takingTurns,
} from '../measuring/index.ts';
import type { Section } from '../report/index.ts';
import { bars } from '../report/index.ts';

interface Load {
  readonly load: string;
  readonly requests: readonly object[];
  readonly response: unknown;
  readonly calls: number;
}

const chats = (count: number, characters: number) =>
  Array.from({ length: count }, (_, number) => requestOf(characters, number));
const inputs = Array.from({ length: 64 }, (_, number) => embeddingRequest(number));
const [SMALL, LARGE] = [responseOf(2_000), responseOf(4_000)];
const LOADS: readonly Load[] = [
  { load: '1 KB / 2 KB', requests: chats(64, 1_000), response: SMALL, calls: 500 },
  { load: '1 KB / 2 KB, one', requests: chats(1, 1_000), response: SMALL, calls: 500 },
  { load: '1 KB / 2 KB, 2,000', requests: chats(2_000, 1_000), response: SMALL, calls: 500 },
  { load: '1 KB / 2 KB, 9,000', requests: chats(9_000, 1_000), response: SMALL, calls: 500 },
  { load: '8 KB / 2 KB', requests: chats(64, 8_000), response: SMALL, calls: 200 },
  { load: '100 KB / 4 KB', requests: chats(16, 100_000), response: LARGE, calls: 32 },
  { load: 'embedding', requests: inputs, response: embeddingOf(1_536), calls: 64 },
];

interface Measured extends Figures {
  readonly load: string;
  readonly copies: string;
}

async function measured({ load, requests, response, calls }: Load): Promise<Measured[]> {
  const first = requests[0] ?? {};
  const all = await Promise.all(inMemory.map((make) => stored(make, requests, response)));
  const contenders = all.filter(({ isForChat = false }) => 'messages' in first || !isForChat);
  const runs = contenders.map(({ name, ask }) => {
    const next = takingTurns(first, ...requests);
    return { name, run: () => ask(next()) };
  });
  const figures = await rounds(runs, calls);
  const safe = await Promise.all(contenders.map((contender) => isSafe(contender, first)));
  return figures.map((each, index) => ({
    ...each,
    load,
    copies: safe[index] ? 'own copy' : 'shared object',
  }));
}

export const hit: Section = {
  name: 'hit',
  title: 'A hit in memory',
  text: 'Microseconds for the key, the look-up and the answer, by size of request / response. The requests are 64 in turn (16 of 100 KB), one again and again, 2,000 in turn, or 9,000. An embedding has 1,536 floats. The limit is `JSON.stringify`, one SHA-256, `Map.get` and `JSON.parse`.',
  async run() {
    const all: Measured[] = [];
    for (const load of LOADS) all.push(...(await measured(load)));
    const values = all.map(({ load, name, time }) => ({ group: load, name, value: time }));
    return {
      head: ['request / response', 'library', 'µs', '× limit', 'answer'],
      rows: all.map(({ load, name, time, ratio, copies }) => [
        load,
        name,
        time.toFixed(1),
        ratio.toFixed(2),
        copies,
      ]),
      plot: bars(values, 'microseconds a hit (root scale)', 'sqrt'),
    };
  },
};
