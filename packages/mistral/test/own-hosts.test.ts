import { createLlmCache } from '@cached-llm/core';
import type { Adapter } from '@cached-llm/core/adapter';
import { cachedFetch } from '@cached-llm/http';
import { mistral } from '@cached-llm/mistral';
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
  id: 'a',
  object: 'chat.completion',
  model: 'm',
  created: 1,
  usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
  choices: [{ index: 0, message: { role: 'assistant', content: 'Hi' }, finish_reason: 'stop' }],
};
const REQUEST = { model: 'm', messages: [{ role: 'user', content: 'Hi' }] };

const FIELDS: readonly object[] = [
  { metadata: { run: '1' } },
  { prompt_cache_key: 'k' },
  { service_tier: 'standard_only' },
];

/** The adapter, a host of its provider, and the same path at a gateway. */
const HOSTS: readonly (readonly [Adapter, string])[] = [
  [mistral, 'https://api.mistral.ai/v1/chat/completions'],
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
