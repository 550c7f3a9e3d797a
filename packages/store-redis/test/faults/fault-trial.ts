import { type CacheOptions, cachedLlmCall, createLlmCache, type EventName } from '@cached-llm/core';
import type { RedisStore } from '@cached-llm/store-redis';
import { until } from '@cached-llm/testing';

const COUNTED = ['hit', 'store-error', 'breaker-open', 'breaker-closed', 'not-admitted'] as const;
export const CALLERS = 32;

/** Calls a cached function from many callers at once, and counts the events. */
export function startFaultTrial(store: RedisStore, options: CacheOptions = {}) {
  // The deadline is long, so that a slow machine is not a fault. Another test has a server that hangs.
  const cache = createLlmCache({ store, storeTimeout: '30s', ...options });
  const counts = new Map<string, number>();
  const countUp = (name: string) => counts.set(name, (counts.get(name) ?? 0) + 1);
  for (const name of COUNTED) cache.on(name satisfies EventName, () => countUp(name));
  const reasons = new Set<string>();
  cache.on('store-error', ({ operation, reason }) => {
    countUp(`store-error ${operation}`);
    reasons.add(reason);
  });
  const ask = cachedLlmCall(
    async function answer({ prompt }: { readonly prompt: string }) {
      return { text: `answer to ${prompt}` };
    },
    { cache, provider: 'trial' },
  );
  const askAll = (name: string) =>
    Promise.all(
      Array.from({ length: CALLERS }, async (_, caller) => {
        const prompt = `${name} ${caller}`;
        const { response, info } = await ask.withInfo({ prompt });
        return { isRight: response.text === `answer to ${prompt}`, info };
      }),
    );
  return {
    cache,
    ask,
    reasons,
    countOf: (name: string) => counts.get(name) ?? 0,
    /** Returns how many callers got the right answer. Each has its own prompt. */
    callAll: async (name: string) => (await askAll(name)).filter(({ isRight }) => isRight).length,
    /** Returns true if the store has acknowledged every answer. */
    storeAll: async (name: string) => (await askAll(name)).every(({ info }) => info.stored),
    /** Returns true if all callers are answered from the store. */
    areHits: async (name: string) =>
      (await askAll(name)).every(({ info }) => info.outcome === 'hit'),
    /** Waits until calls are answered from the store again, without a restart. */
    untilHealed: () =>
      until('The cache heals', async () => {
        const { info } = await ask.withInfo({ prompt: 'Are you there?' });
        return info.outcome === 'hit';
      }),
  };
}

export type FaultTrial = ReturnType<typeof startFaultTrial>;
