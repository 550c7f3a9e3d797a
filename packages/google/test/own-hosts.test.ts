import { createLlmCache } from '@cached-llm/core';
import type { Adapter } from '@cached-llm/core/adapter';
import { google } from '@cached-llm/google';
import { cachedFetch } from '@cached-llm/http';
import { expect, test } from '@jest/globals';

/** How many requests two calls are, the second of which has one field more. */
async function requestsFor(adapter: Adapter, url: string, field: object): Promise<number> {
  let requests = 0;
  const upstream = async () => {
    requests += 1;
    return Response.json(ANSWER);
  };
  const fetch = cachedFetch({ cache: createLlmCache(), adapter, fetch: upstream });
  for (const further of [{}, field]) {
    const body = JSON.stringify({ ...REQUEST, ...further });
    await (await fetch(url, { method: 'POST', body })).text();
  }
  return requests;
}

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
  'at %s, a field of attribution is not in the key: %j',
  async (url, field, adapter) => {
    expect(await requestsFor(adapter, url, field)).toBe(1);
  },
);

test.each(HOSTS.flatMap(([adapter, url]) => FIELDS.map((field) => [url, field, adapter] as const)))(
  'at a gateway for %s, it is in the key, because a gateway may route by it: %j',
  async (url, field, adapter) => {
    const gateway = new URL(new URL(url).pathname, 'https://litellm.test');
    expect(await requestsFor(adapter, gateway.href, field)).toBe(2);
  },
);
