import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Anthropic } from '@anthropic-ai/sdk';
import { OpenAI } from 'openai';

const messages = [{ role: 'user', content: 'Why is the sea salty?' }];

test('OpenAI answers', async () => {
  const { choices } = await new OpenAI().chat.completions.create({
    model: 'gpt-4o-mini',
    messages,
  });
  assert.match(choices[0].message.content, /rivers/i);
});

test('OpenAI streams', async () => {
  let text = '';
  const stream = await new OpenAI().chat.completions.create({
    model: 'gpt-4o-mini',
    messages,
    stream: true,
  });
  for await (const { choices } of stream) text += choices[0]?.delta.content ?? '';
  assert.match(text, /rivers/i);
});

test('Anthropic answers', async () => {
  const { content } = await new Anthropic().messages.create({
    model: 'claude-sonnet-4-5',
    max_tokens: 100,
    messages,
  });
  assert.match(content[0].text, /rivers/i);
});
