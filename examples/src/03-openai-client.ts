// The official client still has its class, its types, its streams and its helpers.
import { createLlmCache } from '@cached-llm/core';
import { cachedOpenAI } from '@cached-llm/openai';
import { OpenAI } from 'openai';

const cache = createLlmCache({ ttl: '1d' });
const client = cachedOpenAI(new OpenAI(), { cache });

for (const round of [1, 2]) {
  const { data, response } = await client.chat.completions
    .create({
      model: 'gpt-4o-mini',
      messages: [{ role: 'user', content: 'Why is the sea salty?' }],
    })
    .withResponse();
  console.log(round, response.headers.get('x-cached-llm'), data.choices[0]?.message.content);
}

for (const _round of [1, 2]) {
  const stream = await client.chat.completions.create({
    model: 'gpt-4o-mini',
    messages: [{ role: 'user', content: 'Why is the sea salty?' }],
    stream: true,
  });
  for await (const chunk of stream) process.stdout.write(chunk.choices[0]?.delta.content ?? '');
  process.stdout.write('\n');
}

const { hits, misses } = cache.stats();
console.log({ hits, misses });
