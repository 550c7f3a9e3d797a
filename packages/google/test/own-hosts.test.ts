import { google } from '@cached-llm/google';
import { cachedFetch } from '@cached-llm/http';
import { ownHostTests } from '@cached-llm/testing';
import { expect, test } from '@jest/globals';

ownHostTests(
  { test, expect },
  {
    cachedFetch,
    hosts: [
      [google, 'https://generativelanguage.googleapis.com/v1beta/models/m:generateContent'],
      [
        google,
        'https://us-central1-aiplatform.googleapis.com/v1/projects/p/locations/l/publishers/google/models/m:generateContent',
      ],
    ],
    request: { contents: [{ role: 'user', parts: [{ text: 'Hi' }] }] },
    fields: [{ labels: { team: 'a' } }, { serviceTier: 'flex' }, { store: false }],
    answer: {
      candidates: [{ content: { role: 'model', parts: [{ text: 'Hi' }] }, finishReason: 'STOP' }],
    },
  },
);
