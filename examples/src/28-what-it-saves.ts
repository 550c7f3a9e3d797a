// The cache counts what it saved in time, tokens and money, in this process and in all that share its store.
import { createLlmCache } from '@cached-llm/core';
import { cachedOpenAI } from '@cached-llm/openai';
import { OpenAI } from 'openai';

const cache = createLlmCache({
  store: 'sqlite:./llm.db',
  logger: { debug: () => {}, info: console.log, warn: console.warn }, // or console, or a pino logger
  priceOf: (_usage, { model }) => (model === 'my-own-model' ? 0 : undefined), // replaces the list of prices
});

const client = cachedOpenAI(new OpenAI(), { cache });
const messages = [{ role: 'user' as const, content: 'Why is the sea salty?' }];
for (const model of ['gpt-4o', 'gpt-4o', 'gpt-4o', 'my-own-model']) {
  await client.chat.completions.create({ model, messages });
}

const { hitRate, tokens, cost, time } = cache.stats();
console.log(hitRate, tokens.saved, cost.saved.usd ?? 'unknown', time.cached.count);
for (const { model, hits, cost } of cache.stats({ by: 'model' })) {
  console.log(model, hits, cost.spent.usd ?? 'unknown'); // unknown is never 0
}
console.log(await cache.summary());

const { processes, total } = await cache.ledger(); // all processes that share this store
console.log(processes, total.requests);
await cache.close();
