// LangChain can be cached below the model, where every request is seen as it is sent, or as its `cache`, for text.
import { createLlmCache } from '@cached-llm/core';
import { CachedLlmCache, cachedFetch } from '@cached-llm/langchain';
import { openai } from '@cached-llm/openai';
import { ChatOpenAI } from '@langchain/openai';

const cache = createLlmCache({ ttl: '1d' });
const model = new ChatOpenAI({
  model: 'gpt-4o-mini',
  configuration: { fetch: cachedFetch({ cache, adapter: openai }) },
});

for (const _round of [1, 2]) {
  const { text } = await model.invoke('Why is the sea salty?');
  console.log('hits:', cache.stats().hits, text);
}

for (const _round of [1, 2]) {
  for await (const { text } of await model.stream('And why is it blue?'))
    process.stdout.write(text);
  process.stdout.write('\n');
}

const textModel = new ChatOpenAI({ model: 'gpt-4o-mini', cache: new CachedLlmCache({ cache }) });

for (const _round of [1, 2]) {
  const { text } = await textModel.invoke('Why is the sea salty?');
  console.log(text);
}

const { hits, misses } = cache.stats();
console.log({ hits, misses });
