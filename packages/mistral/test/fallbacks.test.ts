import { cachedMistral, mistral } from '@cached-llm/mistral';
import { chatAnswer, EXPECTED_FALLBACKS, fallbackTable } from '@cached-llm/testing';
import { expect, test } from '@jest/globals';
import { Mistral } from '@mistralai/mistralai';

const question = { model: 'm', messages: [{ role: 'user' as const, content: 'Hi' }] };

const parts = {
  answer: chatAnswer('Salt'),
  open: ({ url, timeout }: { url: string; timeout: number | undefined }) =>
    new Mistral({
      apiKey: 'none',
      serverURL: url,
      ...(timeout !== undefined && { timeoutMs: timeout }),
    }),
  ask: (client: Mistral, signal: AbortSignal) => {
    // The SDK has a time-out of its own only where the caller has no signal.
    const fetchOptions = client._options.timeoutMs === undefined ? { signal } : {};
    return client.chat.complete(question, { fetchOptions, retries: { strategy: 'none' } });
  },
};

test('an older answer stands in for an outage, and for nothing else', async () => {
  const wrap = cachedMistral;
  expect(await fallbackTable({ ...parts, wrap })).toEqual(EXPECTED_FALLBACKS);
});

test('it does so for a function that calls the client', async () => {
  expect(await fallbackTable({ ...parts, adapter: mistral })).toEqual(EXPECTED_FALLBACKS);
});
