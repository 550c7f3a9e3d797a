import { cachedOpenAI, openai } from '@cached-llm/openai';
import { chatAnswer, EXPECTED_FALLBACKS, fallbackTable } from '@cached-llm/testing';
import { expect, test } from '@jest/globals';
import { OpenAI } from 'openai';

const question = { model: 'm', messages: [{ role: 'user' as const, content: 'Hi' }] };

const parts = {
  answer: chatAnswer('Salt'),
  open: ({ url, timeout }: { url: string; timeout: number | undefined }) =>
    new OpenAI({ apiKey: 'none', baseURL: url, maxRetries: 0, timeout }),
  ask: (client: OpenAI, signal: AbortSignal) =>
    client.chat.completions.create(question, { signal }),
};

test('an older answer stands in for an outage, and for nothing else', async () => {
  const wrap = cachedOpenAI;
  expect(await fallbackTable({ ...parts, wrap })).toEqual(EXPECTED_FALLBACKS);
});

test('it does so for a function that calls the client', async () => {
  expect(await fallbackTable({ ...parts, adapter: openai })).toEqual(EXPECTED_FALLBACKS);
});
