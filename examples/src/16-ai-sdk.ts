// Every function of the AI SDK takes the cached model, and equal calls reach the provider once.
import { createOpenAI } from '@ai-sdk/openai';
import { cachedAiSdk } from '@cached-llm/ai-sdk';
import { createLlmCache } from '@cached-llm/core';
import { embedMany, generateText, streamText } from 'ai';

const openai = createOpenAI(); // OPENAI_API_KEY and OPENAI_BASE_URL
const cache = createLlmCache({ ttl: '1d' });
const model = cachedAiSdk(openai.chat('gpt-4o-mini'), { cache });

const prompt = 'Why is the sea salty?';

for (const _round of [1, 2]) {
  const { text, response } = await generateText({ model, prompt });
  console.log(response.headers?.['x-cached-llm'], text);
}

for (const _round of [1, 2]) {
  const { textStream } = streamText({ model, prompt });
  for await (const piece of textStream) process.stdout.write(piece);
  process.stdout.write('\n');
}

const embedding = cachedAiSdk(openai.embedding('text-embedding-3-small'), { cache });

for (const _round of [1, 2]) {
  const { embeddings } = await embedMany({ model: embedding, values: ['salt', 'sea'] });
  console.log(embeddings.length);
}

const { hits, misses } = cache.stats();
console.log({ hits, misses });
