import { cachedLlmCall, createLlmCache } from '@cached-llm/core';
import { sqliteStore } from '@cached-llm/store-sqlite';
import { expect } from '@jest/globals';
import { withDriver } from './chosen-driver.ts';

const NUMBERS = Array.from({ length: 1500 }, (_, number) => number);

/** Opens a cache over a file, for a model that counts its calls. */
export function openModel(path: string) {
  const cache = createLlmCache({ store: sqliteStore(withDriver(path)), storeTimeout: '30s' });
  const model = { calls: 0 };
  const answer = (question: string) => ({ text: question.repeat(10), numbers: NUMBERS });
  const ask = cachedLlmCall(
    async (question: string) => {
      model.calls += 1;
      return answer(question);
    },
    { cache, provider: 'a model' },
  );
  return {
    model,
    async ask(question: string) {
      const { response, info } = await ask.withInfo(question);
      expect(response).toEqual(answer(question));
      return info;
    },
    keyOf: (question: string) => ask.keyOf(question),
    close: () => cache.close(),
  };
}
