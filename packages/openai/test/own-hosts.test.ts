import { createLlmCache } from '@cached-llm/core';
import type { Adapter } from '@cached-llm/core/adapter';
import { cachedFetch } from '@cached-llm/http';
import { groq, openai } from '@cached-llm/openai';
import { requestsByHost } from '@cached-llm/testing';
import { expect, test } from '@jest/globals';

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
  'a field of attribution is not in the key at %s, and is in it at a gateway, which may route by it: %j',
  async (url, field, adapter) => {
    const cached = (upstream: typeof fetch) =>
      cachedFetch({ cache: createLlmCache(), adapter, fetch: upstream });
    const parts = { cached, url, request: REQUEST, field, answer: ANSWER };
    expect(await requestsByHost(parts)).toEqual({ own: 1, gateway: 2 });
  },
);
