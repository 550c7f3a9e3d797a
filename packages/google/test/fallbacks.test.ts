import { cachedGoogle, google } from '@cached-llm/google';
import { EXPECTED_FALLBACKS, fallbackTable } from '@cached-llm/testing';
import type { GoogleGenAI } from '@google/genai';
import { expect, test } from '@jest/globals';
import { clientOf, content, question } from './wire.ts';

const parts = {
  answer: content(),
  open: ({ url, timeout }: { url: string; timeout: number | undefined }) => {
    const fetch: typeof globalThis.fetch = (input, init) => globalThis.fetch(input, init);
    return clientOf(
      { url },
      { httpOptions: timeout === undefined ? { fetch } : { fetch, timeout } },
    );
  },
  ask: (client: GoogleGenAI, abortSignal: AbortSignal) =>
    client.models.generateContent({ ...question, config: { abortSignal } }),
};

test('an older answer stands in for an outage, and for nothing else', async () => {
  const wrap = cachedGoogle;
  expect(await fallbackTable({ ...parts, wrap })).toEqual(EXPECTED_FALLBACKS);
});

test('it does so for a function that calls the client, which cannot tell a time-out of this SDK from an abort', async () => {
  const expected = { ...EXPECTED_FALLBACKS, 'time-out': 'error' };
  expect(await fallbackTable({ ...parts, adapter: google })).toEqual(expected);
});
