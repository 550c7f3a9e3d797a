import { createLlmCache } from '@cached-llm/core';
import { redisStore } from '@cached-llm/store-redis';
import { startRedis } from '@cached-llm/testing';
import { heapUse } from '../measuring/heap-use.ts';
import { flap } from './flap.ts';
import { SoakCalls, type SoakCounts } from './soak-calls.ts';

const AT_A_TIME = 64;
const SAMPLES = 10;

export interface SoakReport extends SoakCounts {
  /** Times the server was killed, held or restarted. */
  readonly blows: number;
  /** Bytes in use at each tenth of the way. */
  readonly heap: readonly number[];
  /** Timers, sockets and the like that were there before, and after everything is closed. */
  readonly resources: { readonly before: readonly string[]; readonly after: readonly string[] };
}

/** Timers of the garbage collection and of the flapping are no part of the cache. */
const resources = () => process.getActiveResourcesInfo().sort();

async function callAll(calls: SoakCalls, count: number): Promise<number[]> {
  const heap: number[] = [];
  let next = 0;
  const work = async () => {
    while (next < count) {
      next += 1;
      const number = next;
      await calls.make(number);
      if (number % Math.ceil(count / SAMPLES) === 0) heap.push(heapUse());
    }
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, work));
  return heap;
}

/** Calls over a store that keeps failing, in every way a server fails. */
export async function soak(count: number): Promise<SoakReport> {
  const before = resources();
  const server = await startRedis();
  const cache = createLlmCache({ store: redisStore(server.url), ttl: '10m' });
  const stop = new AbortController();
  const flapping = flap(server, stop.signal);
  const calls = new SoakCalls(cache);
  const heap = await callAll(calls, count);
  stop.abort();
  const blows = await flapping;
  await cache.close();
  await server.stop();
  await new Promise((resolve) => setImmediate(resolve)); // sockets close in a turn of their own
  return { ...calls.counts, blows, heap, resources: { before, after: resources() } };
}
