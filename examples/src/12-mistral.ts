// Mistral's own client reads a store before it sends a request: complete, stream, parse, fim and embeddings.
import { createLlmCache } from '@cached-llm/core';
import { cachedMistral } from '@cached-llm/mistral';
import { Mistral } from '@mistralai/mistralai';

const { MISTRAL_API_KEY: apiKey, MISTRAL_BASE_URL: serverURL } = process.env;
const cache = createLlmCache({ ttl: '1d' });
const client = cachedMistral(new Mistral({ apiKey, serverURL }), { cache });

const question = {
  model: 'mistral-small-latest',
  messages: [{ role: 'user' as const, content: 'Why is the sea salty?' }],
};
const live = await client.chat.complete(question);
const hit = await client.chat.complete(question); // no request
console.log(live.choices[0]?.message?.content === hit.choices[0]?.message?.content);

for (const _round of [1, 2]) {
  for await (const { data } of await client.chat.stream(question)) {
    process.stdout.write(String(data.choices[0]?.delta.content));
  }
  process.stdout.write('\n');
}

const { hits, misses } = cache.stats();
console.log({ hits, misses });
