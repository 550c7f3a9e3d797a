// Ollama's own client reads a store before it sends a request: chat, generate, embed and their streams.
import { createLlmCache } from '@cached-llm/core';
import { cachedOllama } from '@cached-llm/ollama';
import { Ollama } from 'ollama';

const cache = createLlmCache({ ttl: '1d' });
const host = process.env.OLLAMA_HOST ?? 'http://127.0.0.1:11434';
const client = cachedOllama(new Ollama({ host }), { cache });

const question = {
  model: 'llama3.2',
  messages: [{ role: 'user', content: 'Why is the sea salty?' }],
};
const live = await client.chat({ ...question });
const hit = await client.chat({ ...question }); // no request
console.log(live.message.content === hit.message.content);

for (const _round of [1, 2]) {
  for await (const line of await client.chat({ ...question, stream: true })) {
    process.stdout.write(line.message.content);
  }
  process.stdout.write('\n');
}

const { hits, misses } = cache.stats();
console.log({ hits, misses });
