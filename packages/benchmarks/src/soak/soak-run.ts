import { setTimeout as delay } from 'node:timers/promises';
import { createLlmCache } from '@cached-llm/core';
import { redisStore } from '@cached-llm/store-redis';
import { type RedisServer, startRedis } from '@cached-llm/testing';
import { heapUse } from '../measuring/index.ts';
import { SoakCalls, type SoakCounts } from './soak-calls.ts';

const UP = 2_000;
const DOWN = 1_500;

type Failure = (server: RedisServer) => Promise<void>;

/** Failures of a server in production. */
const FAILURES: readonly Failure[] = [
  async (server) => {
    await server.kill();
    await delay(DOWN);
    await server.restart();
  },
  async (server) => {
    server.pause();
    await delay(DOWN);
    server.resume();
  },
  (server) => server.restart(),
];

/** Makes a server fail in turn until `stop` aborts, and leaves it running. @returns how often it failed */
async function failInTurn(server: RedisServer, stop: AbortSignal): Promise<number> {
  let failures = 0;
  while (!stop.aborted) {
    await delay(UP, undefined, { signal: stop }).catch(() => {});
    if (stop.aborted) break;
    await FAILURES[failures % FAILURES.length]?.(server);
    failures += 1;
  }
  return failures;
}

const AT_A_TIME = 64;
const SAMPLES = 10;

export interface SoakReport extends SoakCounts {
  /** How often the server was killed, suspended or restarted. */
  readonly failures: number;
  /** The bytes in use after each tenth of the calls. */
  readonly heap: readonly number[];
  /** Timers, sockets and other resources before the first call, and after everything is closed. */
  readonly resources: { readonly before: readonly string[]; readonly after: readonly string[] };
}

const resources = () => process.getActiveResourcesInfo().sort();

interface NumberedCalls {
  make(number: number): Promise<unknown>;
}

/** Makes calls, many at a time. Resolves to the heap's size at even distances. */
export async function makeAll(calls: NumberedCalls, count: number): Promise<number[]> {
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

/** Makes calls over a store that fails again and again, in every way in which a server fails. */
export async function soak(count: number): Promise<SoakReport> {
  const before = resources();
  const server = await startRedis();
  const cache = createLlmCache({ store: redisStore(server.url), ttl: '10m' });
  const stop = new AbortController();
  const failing = failInTurn(server, stop.signal);
  const calls = new SoakCalls(cache);
  const heap = await makeAll(calls, count);
  stop.abort();
  const failures = await failing;
  await cache.close();
  await server.stop();
  await new Promise((resolve) => setImmediate(resolve)); // sockets close in a later turn of the event loop
  return { ...calls.counts, failures, heap, resources: { before, after: resources() } };
}
