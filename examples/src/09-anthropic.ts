// The official client still has its class, its types, its streams and its helpers.
import Anthropic from '@anthropic-ai/sdk';
import { cachedAnthropic } from '@cached-llm/anthropic';
import { createLlmCache } from '@cached-llm/core';

const cache = createLlmCache({ ttl: '1d' });
const client = cachedAnthropic(new Anthropic(), { cache });

for (const round of [1, 2]) {
  const { data, response } = await client.messages
    .create({
      model: 'claude-haiku-4-5',
      max_tokens: 200,
      messages: [{ role: 'user', content: 'Why is the sea salty?' }],
    })
    .withResponse();
  const [block] = data.content;
  console.log(round, response.headers.get('x-cached-llm'), block?.type === 'text' && block.text);
}

for (const round of [1, 2]) {
  const stream = client.messages.stream({
    model: 'claude-haiku-4-5',
    max_tokens: 200,
    messages: [{ role: 'user', content: 'Why is the sea salty?' }],
  });
  stream.on('text', (text) => process.stdout.write(text));
  const { usage } = await stream.finalMessage();
  console.log(`\nstream ${round}: ${usage.output_tokens} tokens`);
}

const { hits, misses } = cache.stats();
console.log({ hits, misses });
