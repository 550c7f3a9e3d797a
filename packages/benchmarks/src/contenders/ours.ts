import { cachedLlmCall, createLlmCache } from '@cached-llm/core';
import type { MakeContender } from './contender.ts';

export const OURS = 'cached-llm';

export const ours: MakeContender = (call, entries) => {
  const cache = createLlmCache({ maxEntries: entries, maxBytes: Number.MAX_SAFE_INTEGER });
  async function complete(request: object) {
    return call(request);
  }
  const ask = cachedLlmCall(complete, { cache });
  return { name: OURS, ask };
};
