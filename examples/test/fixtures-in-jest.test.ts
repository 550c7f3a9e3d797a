import { cachedOpenAI } from '@cached-llm/openai';
import { useLlmFixtures } from '@cached-llm/testing';
import { expect, test } from '@jest/globals';
import { OpenAI } from 'openai';

// The fixtures are committed. In replay mode this test needs neither the network nor a key.
const cache = useLlmFixtures({ mode: 'replay' });

test('a Jest file answers and streams from the fixtures beside it', async () => {
  const client = cachedOpenAI(new OpenAI());
  const messages = [{ role: 'user' as const, content: 'Why is the sea salty?' }];
  const request = { model: 'gpt-4o-mini', messages };
  const { choices } = await client.chat.completions.create(request);
  expect(choices[0]?.message.content).toContain('Rivers');
  let streamed = '';
  for await (const chunk of await client.chat.completions.create({ ...request, stream: true })) {
    streamed += chunk.choices[0]?.delta.content ?? '';
  }
  expect(streamed).toBe(choices[0]?.message.content);
  expect(cache.stats()).toMatchObject({ hits: 2, misses: 0 });
});
