import { cachedLlmCall, createLlmCache } from '@cached-llm/core';

/** Asks twice, in two caches over one store, and says what became of it. */
export async function askTwice(store) {
  let calls = 0;
  const reasons = new Set();
  const ask = async (question) => {
    calls += 1;
    return `answer to ${question}`;
  };
  for (let time = 0; time < 2; time += 1) {
    const cache = createLlmCache({ store });
    cache.on('store-error', ({ reason }) => reasons.add(reason));
    const decided = new Promise((decide) => {
      for (const name of ['hit', 'stored', 'not-admitted']) cache.on(name, decide);
    });
    const asked = await cachedLlmCall(ask, { cache, provider: 'p', name: 'ask' })('why?');
    if (asked !== 'answer to why?') throw new Error('The answer is another one.');
    await decided;
  }
  return { calls, reasons: [...reasons] };
}
