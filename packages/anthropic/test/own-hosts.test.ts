import { anthropic } from '@cached-llm/anthropic';
import { createLlmCache } from '@cached-llm/core';
import type { Adapter } from '@cached-llm/core/adapter';
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
  type: 'message',
  content: [{ type: 'text', text: 'Hi' }],
  stop_reason: 'end_turn',
};
const REQUEST = { model: 'm', max_tokens: 9, messages: [{ role: 'user', content: 'Hi' }] };

const FIELDS: readonly object[] = [
  { metadata: { user_id: 'someone' } },
  { service_tier: 'standard_only' },
];

/** The adapter, a host of its provider, and the same path at a gateway. */
const HOSTS: readonly (readonly [Adapter, string])[] = [
  [anthropic, 'https://api.anthropic.com/v1/messages'],
  [
    anthropic,
    'https://europe-west1-aiplatform.googleapis.com/v1/projects/p/locations/l/publishers/anthropic/models/m:rawPredict',
  ],
  [anthropic, 'https://bedrock-runtime.us-east-1.amazonaws.com/model/m/invoke'],
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
