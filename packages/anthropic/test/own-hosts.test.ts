import { anthropic } from '@cached-llm/anthropic';
import { createLlmCache } from '@cached-llm/core';
import type { Adapter } from '@cached-llm/core/adapter';
import { cachedFetch } from '@cached-llm/http';
import { requestsByHost } from '@cached-llm/testing';
import { expect, test } from '@jest/globals';

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
  'a field of attribution is not in the key at %s, and is in it at a gateway, which may route by it: %j',
  async (url, field, adapter) => {
    const cached = (upstream: typeof fetch) =>
      cachedFetch({ cache: createLlmCache(), adapter, fetch: upstream });
    const parts = { cached, url, request: REQUEST, field, answer: ANSWER };
    expect(await requestsByHost(parts)).toEqual({ own: 1, gateway: 2 });
  },
);
