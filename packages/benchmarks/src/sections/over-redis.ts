import { cachedLlmCall, createLlmCache } from '@cached-llm/core';
import { redisStore } from '@cached-llm/store-redis';
import KeyvRedis from '@keyv/redis';
import { createClient } from '@redis/client';
import { keyOf, keyvOver, OURS } from '../contenders/index.ts';
import { answersOnce, requestOf, responseOf } from '../measuring/index.ts';

export const REQUESTS = Array.from({ length: 64 }, (_, number) => requestOf(1_000, number));
const RESPONSE = responseOf(2_000);

export interface Asked {
  readonly name: string;
  ask(request: object): Promise<unknown>;
}

interface Contenders {
  readonly all: readonly Asked[];
  close(): Promise<unknown>;
}

async function others(url: string): Promise<Contenders> {
  const client = await createClient({ url }).connect();
  const keyv = new KeyvRedis(url);
  const { name, ask: byHand } = keyvOver(keyv)(answersOnce(RESPONSE), 0);
  const raw = async (request: object) => JSON.parse(String(await client.get(keyOf(request))));
  for (const request of REQUESTS) {
    await client.set(keyOf(request), JSON.stringify(RESPONSE));
    await byHand(request);
  }
  const all = [
    { name: 'raw GET', ask: raw },
    { name, ask: byHand },
  ];
  const close = () => {
    client.destroy();
    return keyv.disconnect();
  };
  return { all, close };
}

async function own(url: string): Promise<Contenders> {
  const caches = [
    createLlmCache({ store: redisStore(url), storeTimeout: '30s' }),
    createLlmCache({ tiers: ['memory:', redisStore(url)], storeTimeout: '30s' }),
  ];
  const [ask, tiered] = caches.map((cache) => cachedLlmCall(answersOnce(RESPONSE), { cache }));
  if (ask === undefined || tiered === undefined) throw new Error('There are two caches.');
  for (const request of REQUESTS) {
    await ask.withInfo(request); // it is stored, so that the tiers find it
    await tiered(request);
  }
  const all = [
    { name: OURS, ask },
    { name: `${OURS}, memory before it`, ask: tiered },
  ];
  return { all, close: () => Promise.all(caches.map((cache) => cache.close())) };
}

/** Ways to store answers on the server at `url`, each with the answers to all requests; the first is a raw GET. */
export async function overRedis(url: string): Promise<Contenders> {
  const contenders = [await others(url), await own(url)];
  const all = contenders.flatMap((each) => each.all);
  return { all, close: () => Promise.all(contenders.map((each) => each.close())) };
}
