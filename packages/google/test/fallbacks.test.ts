import { cachedLlmCall, createLlmCache } from '@cached-llm/core';
import { cachedGoogle, google } from '@cached-llm/google';
import {
  EXPECTED_FALLBACKS,
  fallbackTable,
  manualClock,
  startWireServer,
} from '@cached-llm/testing';

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

test('it does so for a function, which cannot tell a time-out of this SDK from an abort that it is not shown', async () => {
  const expected = { ...EXPECTED_FALLBACKS, abort: 'older' };
  expect(await fallbackTable({ ...parts, adapter: google })).toEqual(expected);
});

test('an abort by a signal among the arguments of a function is none, and a time-out beside one is', async () => {
  const options = { ttl: '1m', staleIfError: '1h', adapter: google } as const;
  const clock = manualClock();
  const cache = createLlmCache({ now: clock.now });
  const faults = [{ kind: 'hang' as const }];
  const answer = () => ({ body: content(), ...(server.count > 1 && { faults }) });
  const server = await startWireServer({ answer });
  const client = parts.open({ url: server.url, timeout: 200 });
  const ask = cachedLlmCall(
    async (_question: string, signal: AbortSignal) => parts.ask(client, signal),
    { cache, ...options },
  );
  const own = new AbortController();
  try {
    await ask('q', own.signal);
    clock.advance(120_000);
    expect(await ask('q', own.signal)).toMatchObject({ responseId: 'r1' });
    clock.advance(120_000);
    const asking = ask('q', own.signal);
    own.abort();
    await expect(asking).rejects.toBe(own.signal.reason);
  } finally {
    await server.close();
    await cache.close();
  }
});
