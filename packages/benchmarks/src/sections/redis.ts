import { startRedis } from '@cached-llm/testing';
import { type Figures, requestOf, rounds, takingTurns } from '../measuring/index.ts';
import type { Section } from '../report/index.ts';
import { bars } from '../report/index.ts';
import { type Asked, overRedis, REQUESTS } from './over-redis.ts';

const IN_FLIGHT = REQUESTS.length;

async function measured(all: readonly Asked[]): Promise<readonly [Figures[], Figures[]]> {
  const next = takingTurns(requestOf(1_000, 0), ...REQUESTS);
  const single = all.map(({ name, ask }) => ({ name, run: () => ask(next()) }));
  const many = all.map(({ name, ask }) => ({
    name,
    run: () => Promise.all(REQUESTS.map((request) => ask(request))),
  }));
  return [await rounds(single, 100), await rounds(many, 5)];
}

export const redis: Section = {
  name: 'redis',
  title: 'A hit on Redis',
  text: 'On a server of its own, over the loopback: 1 KB of request, 2 KB of response. Raw is the key, `GET` and `JSON.parse` through the same driver. Memory before it asks Redis again after a second.',
  async run() {
    const server = await startRedis();
    const { all, close } = await overRedis(server.url);
    const [single, many] = await measured(all);
    await close();
    await server.stop();
    const values = [
      ...single.map(({ name, time }) => ({ group: 'one at a time: µs a hit', name, value: time })),
      ...many.map(({ name, time }) => ({
        group: '64 in flight: hits a second',
        name,
        value: (IN_FLIGHT / time) * 1e6,
      })),
    ];
    const rows = single.map(({ name, time, ratio }, index) => {
      const { time: together = Number.NaN, ratio: slower = Number.NaN } = many[index] ?? {};
      const perSecond = Math.round((IN_FLIGHT / together) * 1e6);
      return [name, time.toFixed(0), ratio.toFixed(2), perSecond, (1 / slower).toFixed(2)];
    });
    return {
      head: ['library', 'µs one at a time', '× raw', 'hits a second, 64 in flight', '× raw'],
      rows,
      plot: bars(values, ''),
    };
  },
};
