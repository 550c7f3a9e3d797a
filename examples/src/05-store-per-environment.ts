// The environment picks the store: memory in development, a file in CI, Redis in production, or none.
//   CACHED_LLM_STORE=sqlite:./llm.db   CACHED_LLM_STORE=redis://localhost:6379   CACHED_LLM_ENABLED=false
import { cachedLlmCall, createLlmCache, defaultCache } from '@cached-llm/core';

async function classify(text: string) {
  return { label: text.includes('refund') ? 'billing' : 'other' }; // your call to a model
}

const fromEnvironment = cachedLlmCall(classify, { cache: defaultCache() });
await fromEnvironment('I want a refund');
const { info } = await fromEnvironment.withInfo('I want a refund');
console.log('from the environment:', info.outcome);

const STORES: Record<string, string> = { production: 'sqlite:./llm.db', development: 'memory:' };
const cache = createLlmCache({ store: STORES[process.env.NODE_ENV ?? 'development'], ttl: '7d' });
const bySwitch = cachedLlmCall(classify, { cache });
await bySwitch('I want a refund');
console.log('by a switch:', (await bySwitch.withInfo('I want a refund')).info.outcome);

await Promise.all([cache.close(), defaultCache().close()]);
