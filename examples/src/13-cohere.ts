// Cohere's own client reads a store before it sends a request: chat, chatStream, embed and rerank.
import { cachedCohere } from '@cached-llm/cohere';
import { createLlmCache } from '@cached-llm/core';
import { CohereClientV2 } from 'cohere-ai';

const cache = createLlmCache({ ttl: '1d' });
const baseUrl = process.env.COHERE_BASE_URL ?? 'https://api.cohere.com';
const client = cachedCohere(new CohereClientV2({ baseUrl }), { cache });

const question = {
  model: 'command-a-03-2025',
  messages: [{ role: 'user' as const, content: 'Why is the sea salty?' }],
};
const { rawResponse } = await client.chat(question).withRawResponse();
const hit = await client.chat(question).withRawResponse(); // no request
console.log(rawResponse.headers.get('x-cached-llm'), hit.rawResponse.headers.get('x-cached-llm'));

for (const _round of [1, 2]) {
  for await (const event of await client.chatStream(question)) {
    if (event.type === 'content-delta') {
      process.stdout.write(event.delta?.message?.content?.text ?? '');
    }
  }
  process.stdout.write('\n');
}

const { hits, misses } = cache.stats();
console.log({ hits, misses });
