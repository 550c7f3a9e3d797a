import { cachedFetch } from '@cached-llm/http';
import { groq, openai } from '@cached-llm/openai';
import { ownHostTests } from '@cached-llm/testing';
import { expect, test } from '@jest/globals';

ownHostTests(
  { test, expect },
  {
    cachedFetch,
    hosts: [
      [openai, 'https://api.openai.com/v1/chat/completions'],
      [openai, 'https://eu.api.openai.com/v1/chat/completions'],
      [openai, 'https://a.openai.azure.com/openai/deployments/d/chat/completions'],
      [groq, 'https://api.groq.com/openai/v1/chat/completions'],
    ],
    request: { model: 'm', messages: [{ role: 'user', content: 'Hi' }] },
    fields: [
      { metadata: { tags: ['paid'] } },
      { user: 'someone' },
      { service_tier: 'flex' },
      { safety_identifier: 's' },
      { prompt_cache_key: 'k' },
    ],
    answer: {
      choices: [{ index: 0, message: { role: 'assistant', content: 'Hi' }, finish_reason: 'stop' }],
    },
  },
);
