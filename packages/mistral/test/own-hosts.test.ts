import { cachedFetch } from '@cached-llm/http';
import { mistral } from '@cached-llm/mistral';
import { ownHostTests } from '@cached-llm/testing';
import { expect, test } from '@jest/globals';

ownHostTests(
  { test, expect },
  {
    cachedFetch,
    hosts: [[mistral, 'https://api.mistral.ai/v1/chat/completions']],
    request: { model: 'm', messages: [{ role: 'user', content: 'Hi' }] },
    fields: [
      { metadata: { run: '1' } },
      { prompt_cache_key: 'k' },
      { service_tier: 'standard_only' },
    ],
    answer: {
      id: 'a',
      object: 'chat.completion',
      model: 'm',
      created: 1,
      usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
      choices: [{ index: 0, message: { role: 'assistant', content: 'Hi' }, finish_reason: 'stop' }],
    },
  },
);
