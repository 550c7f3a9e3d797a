import { type CacheOptions, cachedLlmCall, type LlmCache } from '@cached-llm/core';
import type { TestStore } from '../test-stores.ts';

/** Runs where a page takes a text for HTML. */
export const ATTACK =
  '<img src=x onerror="globalThis.ran=true"><script>globalThis.ran=true</script>';

const MODELS = ['gpt-4o', 'gpt-4o-mini', 'gpt-4.1'] as const;

const answerTo = (content: string, model: string) => ({
  model,
  choices: [{ message: { role: 'assistant', content }, finish_reason: 'stop' }],
  usage: { prompt_tokens: 120, completion_tokens: 80, total_tokens: 200 },
});

/** A function as a user's program has it, whose answers are stored. */
export const asking = (cache: LlmCache, tags: readonly string[] = []) =>
  cachedLlmCall(
    async ({ model, content }: { model: string; content: string }) =>
      answerTo(`About: ${content}`, model),
    { cache, name: 'chat', provider: 'openai', tags: [...tags] },
  );

/** Calls as a program makes them: `count` answers are stored, and every third one is a hit as well. */
export const seed = (testStore: TestStore, count: number) =>
  testStore.use(
    async (cache) => {
      const ask = asking(cache, ['page']);
      for (let at = 0; at < count; at += 1) {
        const request = { model: MODELS[at % MODELS.length] ?? '', content: `question ${at}` };
        await ask(request);
        if (at % 3 === 0) await ask(request);
      }
    },
    { ttl: '365d', explain: true },
  );

/** An entry whose model, tag, answer and scope are HTML. */
export const seedAttack = (testStore: TestStore, more: CacheOptions = {}) =>
  testStore.use(
    async (cache) => {
      const hostile = asking(cache, [ATTACK]);
      await hostile.with({ scope: ATTACK })({ model: ATTACK, content: ATTACK });
    },
    { ttl: '365d', explain: true, ...more },
  );
