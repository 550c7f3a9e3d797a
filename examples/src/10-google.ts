// The second time, the official client and its chats and streams are answered from the store.
import { createLlmCache } from '@cached-llm/core';
import { cachedGoogle } from '@cached-llm/google';
import { GoogleGenAI } from '@google/genai';

const cache = createLlmCache({ ttl: '1d' });
const client = cachedGoogle(new GoogleGenAI({}), { cache });

const question = { model: 'gemini-2.5-flash', contents: 'Why is the sea salty?' };

for (const round of [1, 2]) {
  const response = await client.models.generateContent(question);
  console.log(round, response.sdkHttpResponse?.headers?.['x-cached-llm'], response.text);
}

for (const _round of [1, 2]) {
  const chat = client.chats.create({ model: 'gemini-2.5-flash' });
  const stream = await chat.sendMessageStream({ message: 'And why is it blue?' });
  for await (const chunk of stream) process.stdout.write(chunk.text ?? '');
  process.stdout.write('\n');
}

const { hits, misses } = cache.stats();
console.log({ hits, misses });
