import { createLlmCache } from '@cached-llm/core';
import type { Adapter } from '@cached-llm/core/adapter';
import { cachedFetch } from '@cached-llm/http';
import { mistral } from '@cached-llm/mistral';
import { requestsByHost } from '@cached-llm/testing';
import { expect, test } from '@jest/globals';

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
  'a field of attribution is not in the key at %s, and is in it at a gateway, which may route by it: %j',
  async (url, field, adapter) => {
    const cached = (upstream: typeof fetch) =>
      cachedFetch({ cache: createLlmCache(), adapter, fetch: upstream });
    const parts = { cached, url, request: REQUEST, field, answer: ANSWER };
    expect(await requestsByHost(parts)).toEqual({ own: 1, gateway: 2 });
  },
);
