import { type CacheOptions, cachedLlmCall, createLlmCache, type EventName } from '@cached-llm/core';
import type { RedisStore } from '@cached-llm/store-redis';
import { until } from '@cached-llm/testing';

const TOLD = ['hit', 'store-error', 'breaker-open', 'breaker-closed', 'not-admitted'] as const;
const CALLERS = 32;

/** Callers of a cached function, what they were told, and how often the provider was asked. */
export function startFaultTrial(store: RedisStore, options: CacheOptions = {}) {
  // Patient, so that a machine that is slow is no fault; a server that hangs has a test of its own.
  const cache = createLlmCache({ store, storeTimeout: '30s', ...options });
  const counts = new Map<string, number>();
  const countUp = (name: string) => counts.set(name, (counts.get(name) ?? 0) + 1);
  for (const name of TOLD) cache.on(name satisfies EventName, () => countUp(name));
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
  async function isAnswered(prompt: string): Promise<boolean> {
    return (await ask({ prompt })).text === `answer to ${prompt}`;
  }
  const prompts = (name: string) =>
    Array.from({ length: CALLERS }, (_, caller) => `${name} ${caller}`);
  return {
    cache,
    ask,
    reasons,
    countOf: (name: string) => counts.get(name) ?? 0,
    /** So many callers at once, each with a prompt of its own; how many were answered rightly. */
    async callAll(name: string): Promise<number> {
      const answers = await Promise.all(prompts(name).map(isAnswered));
      return answers.filter((isRight) => isRight).length;
    },
    /** As `callAll`, until the store has acknowledged every answer. */
    async storeAll(name: string): Promise<boolean> {
      const told = await Promise.all(prompts(name).map((prompt) => ask.withInfo({ prompt })));
      return told.every(({ info }) => info.stored);
    },
    /** All of them are answered from the store. */
    async areKept(name: string): Promise<boolean> {
      const told = await Promise.all(prompts(name).map((prompt) => ask.withInfo({ prompt })));
      return told.every(({ info }) => info.outcome === 'hit');
    },
    /** Calls are answered from the store again, without anybody's doing. */
    healed: () =>
      until('The cache heals', async () => {
        const { outcome } = (await ask.withInfo({ prompt: 'Are you there?' })).info;
        return outcome === 'hit';
      }),
  };
}

export type FaultTrial = ReturnType<typeof startFaultTrial>;
