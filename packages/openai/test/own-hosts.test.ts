import { createLlmCache } from '@cached-llm/core';
import type { Adapter } from '@cached-llm/core/adapter';
import { cachedFetch } from '@cached-llm/http';
import { groq, openai } from '@cached-llm/openai';
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
  choices: [{ index: 0, message: { role: 'assistant', content: 'Hi' }, finish_reason: 'stop' }],
};
const REQUEST = { model: 'm', messages: [{ role: 'user', content: 'Hi' }] };

const FIELDS: readonly object[] = [
  { metadata: { tags: ['paid'] } },
  { user: 'someone' },
  { service_tier: 'flex' },
  { safety_identifier: 's' },
  { prompt_cache_key: 'k' },
];

/** The adapter, a host of its provider, and the same path at a gateway. */
const HOSTS: readonly (readonly [Adapter, string])[] = [
  [openai, 'https://api.openai.com/v1/chat/completions'],
  [openai, 'https://eu.api.openai.com/v1/chat/completions'],
  [openai, 'https://a.openai.azure.com/openai/deployments/d/chat/completions'],
  [groq, 'https://api.groq.com/openai/v1/chat/completions'],
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
