import { anthropic } from '@cached-llm/anthropic';
import { cachedFetch } from '@cached-llm/http';
import { ownHostTests } from '@cached-llm/testing';
import { expect, test } from '@jest/globals';

ownHostTests(
  { test, expect },
  {
    cachedFetch,
    hosts: [
      [anthropic, 'https://api.anthropic.com/v1/messages'],
      [
        anthropic,
        'https://europe-west1-aiplatform.googleapis.com/v1/projects/p/locations/l/publishers/anthropic/models/m:rawPredict',
      ],
      [anthropic, 'https://bedrock-runtime.us-east-1.amazonaws.com/model/m/invoke'],
    ],
    request: { model: 'm', max_tokens: 9, messages: [{ role: 'user', content: 'Hi' }] },
    fields: [{ metadata: { user_id: 'someone' } }, { service_tier: 'standard_only' }],
    answer: {
      type: 'message',
      content: [{ type: 'text', text: 'Hi' }],
      stop_reason: 'end_turn',
    },
  },
);
