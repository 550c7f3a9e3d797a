import Anthropic from '@anthropic-ai/sdk';
import { anthropic, cachedAnthropic } from '@cached-llm/anthropic';
import { EXPECTED_FALLBACKS, fallbackTable } from '@cached-llm/testing';
import { expect, test } from '@jest/globals';
import { message, question } from './wire.ts';

const parts = {
  answer: message(),
  open: ({ url, timeout }: { url: string; timeout: number | undefined }) =>
    new Anthropic({ apiKey: 'none', baseURL: url, maxRetries: 0, timeout }),
  ask: (client: Anthropic, signal: AbortSignal) => client.messages.create(question, { signal }),
};

test('an older answer stands in for an outage, and for nothing else', async () => {
  const wrap = cachedAnthropic;
  expect(await fallbackTable({ ...parts, wrap })).toEqual(EXPECTED_FALLBACKS);
});

test('it does so for a function that calls the client', async () => {
  expect(await fallbackTable({ ...parts, adapter: anthropic })).toEqual(EXPECTED_FALLBACKS);
});
