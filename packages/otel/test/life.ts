import { cachedLlmCall, type LlmCache } from '@cached-llm/core';
import { type Adapter, defaultAdapter } from '@cached-llm/core/adapter';
import { countEntries, manualClock } from '@cached-llm/testing';
import type { IMetricReader } from '@opentelemetry/sdk-metrics';
import { startObserved } from './observed.ts';

interface Question {
  readonly model: string;
  readonly prompt: string;
  readonly odd?: () => void;
}

const adapter: Adapter = {
  ...defaultAdapter,
  provider: 'openai',
  usageOf: () => ({
    inputTokens: 1_000,
    outputTokens: 100,
    cacheReadTokens: 10,
    cacheWriteTokens: 5,
    details: { output_reasoning_tokens: 20 },
  }),
};

/** A store that fails from when it is broken. */
function breakableStore() {
  let isBroken = false;
  const rows = new Map<string, string>();
  const use = (work: () => unknown) => {
    if (isBroken) throw Object.assign(new Error('down'), { code: 'ECONNREFUSED' });
    return work();
  };
  const store = {
    get: (key: string) => use(() => rows.get(key)),
    set: (key: string, value: string) => use(() => rows.set(key, value) && true),
    delete: (key: string) => rows.delete(key),
    measure: () => ({ usedEntries: countEntries(rows), usedBytes: 10, maxBytes: 40, evictions: 1 }),
  };
  return { store, break: () => (isBroken = true) };
}

/** An embedding, a ranking that takes no time, so that its hit is slower, and requests that are never a hit. */
async function embedAndRank(cache: LlmCache): Promise<void> {
  async function embedText(input: string) {
    return { input, usage: { prompt_tokens: 7 } };
  }
  await cachedLlmCall(embedText, { cache }).withInfo('text');
  const rank = cachedLlmCall(async (query: string) => query, { cache, provider: 'ranker' });
  await rank.withInfo('text');
  await rank('text');
  const search = cachedLlmCall(async (_query: object) => 'x', { cache, provider: 'ranker' });
  for (const run_id of ['a', 'b', 'c', 'd']) {
    await search({ text: 'text', run_id });
    await new Promise((resolve) => setTimeout(resolve, 20)); // a miss is examined behind its call
  }
}

/** Makes each measurement at least once, and the rest for one model: five answers, a failure and a revalidation. */
export async function liveThrough(readers: readonly IMetricReader[] = []) {
  const { store, ...breaking } = breakableStore();
  const clock = manualClock();
  const observed = startObserved(
    { store, now: clock.now, staleWhileRevalidate: '1d' },
    { readers, operationOf: ({ provider }) => (provider === 'ranker' ? 'rerank' : undefined) },
  );
  const answer = async ({ prompt }: Question) => {
    clock.advance(2_000); // the duration of the call
    if (prompt === 'fail') throw Object.assign(new Error('too many'), { status: 429 });
    const model = 'gpt-4o-2024-08-06';
    return { model, text: prompt, finish_reason: prompt === 'cut' ? 'length' : 'stop' };
  };
  const ask = cachedLlmCall(answer, { cache: observed.cache, adapter, ttl: '1h' });
  const question = { model: 'gpt-4o', prompt: 'Why is the sea salty?' };
  await ask.withInfo(question);
  await ask(question);
  await ask.withInfo({ ...question, prompt: 'cut' });
  await ask({ ...question, odd: () => {} });
  await ask({ ...question, prompt: 'fail' }).catch(() => {});
  clock.advance(7_200_000);
  await ask(question);
  await new Promise((resolve) => setTimeout(resolve, 20)); // the revalidation ends
  await embedAndRank(observed.cache);
  breaking.break();
  // With its info, each waits until its answer is known not to be stored.
  for (const _time of [1, 2, 3]) {
    await ask.withInfo({ ...question, prompt: 'while it is down' });
    await new Promise((resolve) => setImmediate(resolve)); // a later caller in the same turn gets the same answer
  }
  return observed;
}
