import { createOpenAI } from '@ai-sdk/openai';
import { cachedLanguageModel } from '@cached-llm/ai-sdk';
import { expect, test } from '@jest/globals';
import { generateText, wrapLanguageModel } from 'ai';
import { callEndpoint } from '../src/call-endpoint.ts';
import { answerChat, withWire } from './wire.ts';

const named = (name: string) => createOpenAI({ name, apiKey: 'sk-test' });

test.each([
  [named('openai').chat('embed-it'), 'language-model', 'chat'],
  [named('openai').responses('m'), 'language-model', 'chat'],
  [named('openai').completion('m'), 'language-model', 'text_completion'],
  [named('openai').embedding('m'), 'embedding-model', 'embeddings'],
  [named('google').chat('m'), 'language-model', 'generate_content'],
  [named('google.vertex').chat('m'), 'language-model', 'generate_content'],
  [named('vertex.anthropic').chat('m'), 'language-model', 'chat'],
  [named('googly').chat('m'), 'language-model', 'chat'],
] as const)(
  'a model of $provider is asked for what its provider says',
  (model, operation, expected) => {
    const asked = { model, operation, settings: undefined, params: {} };
    expect(callEndpoint(asked as never).operation).toBe(expected); // it reads no more of the model
  },
);

test('the events of a call name the host of the model', async () => {
  await withWire({ answer: answerChat(['Hello']) }, async ({ client, cache, server, events }) => {
    const middleware = cachedLanguageModel({ cache });
    const model = wrapLanguageModel({ model: client.chat('gpt-4o'), middleware });
    await generateText({ model, prompt: 'Hi' });
    const port = Number(new URL(server.url).port);
    const endpoint = { operation: 'chat', address: '127.0.0.1', port };
    expect(events[0]).toMatchObject({ endpoint });
  });
});
