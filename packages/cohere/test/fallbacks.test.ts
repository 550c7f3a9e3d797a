import { cachedCohere, cohere } from '@cached-llm/cohere';
import { EXPECTED_FALLBACKS, fallbackTable } from '@cached-llm/testing';
import { expect, test } from '@jest/globals';
import type { CohereClientV2 } from 'cohere-ai';
import { clientOf } from './wire.ts';

const question = { model: 'm', messages: [{ role: 'user' as const, content: 'Hi' }] };

const parts = {
  answer: {
    id: 'one',
    message: { role: 'assistant', content: [{ type: 'text', text: 'Salt' }] },
    finish_reason: 'COMPLETE',
    usage: {},
  },
  open: ({ url, timeout }: { url: string; timeout: number | undefined }) =>
    clientOf({ url }, timeout === undefined ? {} : { timeoutInSeconds: timeout / 1000 }),
  ask: async (client: CohereClientV2, abortSignal: AbortSignal) =>
    client.chat(question, { abortSignal }),
};

test('an older answer stands in for an outage, and for nothing else', async () => {
  const wrap = cachedCohere;
  expect(await fallbackTable({ ...parts, wrap })).toEqual(EXPECTED_FALLBACKS);
});

test('it does so for a function that calls the client', async () => {
  expect(await fallbackTable({ ...parts, adapter: cohere })).toEqual(EXPECTED_FALLBACKS);
});
