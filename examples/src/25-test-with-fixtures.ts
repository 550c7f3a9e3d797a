// A test without mocks: its answers are recorded once in files beside it, and replayed without a key.
//   node --test                              records the missing answers
//   CI=true node --test                      sends nothing: a call without a fixture fails its test
//   CACHED_LLM_MODE=refresh node --test      records all answers again
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cachedOpenAI } from '@cached-llm/openai';
import { useLlmFixtures } from '@cached-llm/testing';
import { OpenAI } from 'openai';

const cache = useLlmFixtures({ scrub: ['Jane Doe', /order-\d+/] });
const client = cachedOpenAI(new OpenAI(), { cache });

const request = {
  model: 'gpt-4o-mini',
  messages: [{ role: 'user' as const, content: 'Why is the sea salty?' }],
};

test('the sea is salty because of rivers', async () => {
  const { choices } = await client.chat.completions.create(request);
  assert.match(choices[0]?.message.content ?? '', /rivers/i);
});

test('the same, streamed', async () => {
  let text = '';
  const stream = await client.chat.completions.create({ ...request, stream: true });
  for await (const chunk of stream) text += chunk.choices[0]?.delta.content ?? '';
  assert.match(text, /rivers/i);
});
