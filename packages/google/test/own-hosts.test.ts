import { createLlmCache } from '@cached-llm/core';
import type { Adapter } from '@cached-llm/core/adapter';
import { google } from '@cached-llm/google';
import { cachedFetch } from '@cached-llm/http';
import { requestsByHost } from '@cached-llm/testing';
import { expect, test } from '@jest/globals';

const ANSWER = {
  candidates: [{ content: { role: 'model', parts: [{ text: 'Hi' }] }, finishReason: 'STOP' }],
};
const REQUEST = { contents: [{ role: 'user', parts: [{ text: 'Hi' }] }] };

const FIELDS: readonly object[] = [
  { labels: { team: 'a' } },
  { serviceTier: 'flex' },
  { store: false },
];

/** The adapter, a host of its provider, and the same path at a gateway. */
const HOSTS: readonly (readonly [Adapter, string])[] = [
  [google, 'https://generativelanguage.googleapis.com/v1beta/models/m:generateContent'],
  [
    google,
    'https://us-central1-aiplatform.googleapis.com/v1/projects/p/locations/l/publishers/google/models/m:generateContent',
  ],
];

test.each(HOSTS.flatMap(([adapter, url]) => FIELDS.map((field) => [url, field, adapter] as const)))(
  'a field of attribution is not in the key at %s, and is in it at a gateway, which may route by it: %j',
  async (url, field, adapter) => {
    const cached = (upstream: typeof fetch) =>
      cachedFetch({ cache: createLlmCache(), adapter, fetch: upstream });
    const parts = { cached, url, request: REQUEST, field, answer: ANSWER };
    expect(await requestsByHost(parts)).toEqual({ own: 1, gateway: 2 });
  },
);
