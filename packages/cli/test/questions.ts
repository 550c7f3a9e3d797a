import type { CallOptions, LlmCache } from '@cached-llm/core';
import type { TestStore } from './test-stores.ts';

export const NOW = Date.UTC(2026, 10, 21, 12);
export const now = () => NOW;

const HOUR = 3_600_000;

/** A request as a provider's SDK would make it. */
export const question = (content: string, more: Readonly<Record<string, unknown>> = {}) => ({
  provider: 'openai',
  operation: 'chat',
  request: { model: 'gpt-4o', messages: [{ role: 'user', content }], temperature: 0.2, ...more },
});

const answer = (content: string) => ({
  choices: [{ message: { role: 'assistant', content }, finish_reason: 'stop' }],
});

export interface Put extends CallOptions {
  /** Hours before `NOW`. */
  readonly ago?: number;
  readonly model?: string;
  readonly provider?: string;
}

/** Stores an answer to a question, as if some time ago, and returns its key. */
export function put(
  testStore: TestStore,
  content: string,
  { ago = 0, model = 'gpt-4o', provider = 'openai', ...options }: Put = {},
): Promise<string> {
  const identity = { ...question(content, { model }), provider };
  const store = async (cache: LlmCache) => {
    await cache.set(identity, answer(`About: ${content}`), {
      ttl: '1d',
      explain: true,
      ...options,
    });
    return cache.keyOf(identity, options) ?? '';
  };
  return testStore.use(store, { now: () => NOW - ago * HOUR });
}
