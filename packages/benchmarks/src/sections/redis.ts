import { cachedLlmCall, createLlmCache } from '@cached-llm/core';
import { redisStore } from '@cached-llm/store-redis';
import { startRedis } from '@cached-llm/testing';
import KeyvRedis from '@keyv/redis';
import { createClient } from '@redis/client';
import { answersOnce } from '../answers-once.ts';
import { bars } from '../bars.ts';
import { keyOf } from '../contenders/key-of.ts';
import { keyvOver } from '../contenders/keyv-by-hand.ts';
import { OURS } from '../contenders/ours.ts';
import type { Section } from '../report.ts';
import { type Figures, rounds } from '../rounds.ts';
import { takingTurns } from '../taking-turns.ts';
import { requestOf, responseOf } from '../workload.ts';

const IN_FLIGHT = 64;
const REQUESTS = Array.from({ length: IN_FLIGHT }, (_, number) => requestOf(1_000, number));
const RESPONSE = responseOf(2_000);

interface Asked {
  readonly name: string;
  ask(request: object): Promise<unknown>;
}

async function contenders(url: string): Promise<{ all: Asked[]; close(): Promise<void> }> {
  const client = await createClient({ url }).connect();
  const cache = createLlmCache({ store: redisStore(url), storeTimeout: '30s' });
  const tiered = createLlmCache({ tiers: ['memory:', redisStore(url)], storeTimeout: '30s' });
  const keyv = new KeyvRedis(url);
  const ask = cachedLlmCall(answersOnce(RESPONSE), { cache });
  const askTiers = cachedLlmCall(answersOnce(RESPONSE), { cache: tiered });
  const { name, ask: byHand } = keyvOver(keyv)(answersOnce(RESPONSE), 0);
  const raw = async (request: object) => JSON.parse(String(await client.get(keyOf(request))));
  for (const request of REQUESTS) await client.set(keyOf(request), JSON.stringify(RESPONSE));
  for (const request of REQUESTS) {
    await ask.withInfo(request); // the tiers find it there
    await Promise.all([askTiers(request), byHand(request)]);
  }
  const all = [
    { name: 'raw GET', ask: raw },
    { name: OURS, ask },
    { name: `${OURS}, memory before it`, ask: askTiers },
    { name, ask: byHand },
  ];
  const close = async () => {
    client.destroy();
    await keyv.disconnect();
    await Promise.all([cache.close(), tiered.close()]);
  };
  return { all, close };
}

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
    const { all, close } = await contenders(server.url);
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
