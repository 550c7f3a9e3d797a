// Each provider shows who answers: what differs in its settings is another entry, and an equal model finds the stored answer.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createAmazonBedrock } from '@ai-sdk/amazon-bedrock';
import { createAnthropic } from '@ai-sdk/anthropic';
import { createAzure } from '@ai-sdk/azure';
import { createCohere } from '@ai-sdk/cohere';
import { createDeepSeek } from '@ai-sdk/deepseek';
import { createFireworks } from '@ai-sdk/fireworks';
import { createGoogleGenerativeAI } from '@ai-sdk/google';
import { createGroq } from '@ai-sdk/groq';
import { createMistral } from '@ai-sdk/mistral';
import { cachedAiSdk } from '@cached-llm/ai-sdk';
import { createLlmCache } from '@cached-llm/core';
import { createOpenRouter } from '@openrouter/ai-sdk-provider';
import { generateText } from 'ai-7';
import { createOpenAICompatible } from 'compatible-3';
import { createOpenAI } from 'openai-4';
import { startServer } from './server.mjs';

const compatible = (options) => createOpenAICompatible({ name: 'local', ...options });
const keys = { accessKeyId: 'AKID', secretAccessKey: 'SECRET', region: 'eu-west-1' };

/** Each provider, with how a model is made of it and the settings that make another one. */
const PROVIDERS = [
  ['openai chat', createOpenAI, (p) => p.chat('m'), [{ organization: 'o' }, { project: 'p' }]],
  ['openai responses', createOpenAI, (p) => p('m'), [{ organization: 'o' }]],
  [
    'compatible',
    compatible,
    (p) => p('m'),
    [{ queryParams: { v: '1' } }, { supportsStructuredOutputs: true }, { includeUsage: true }],
  ],
  [
    'openrouter',
    createOpenRouter,
    (p) => p.chat('m'),
    [{ extraBody: { route: 'a' } }, { compatibility: 'strict' }],
  ],
  ['anthropic', createAnthropic, (p) => p('m'), [{ headers: { 'anthropic-beta': 'x' } }]],
  ['google', createGoogleGenerativeAI, (p) => p('m'), []],
  [
    'azure',
    createAzure,
    (p) => p.chat('m'),
    [{ useDeploymentBasedUrls: true, apiVersion: '2024-10-21' }, { useDeploymentBasedUrls: true }],
  ],
  ['mistral', createMistral, (p) => p('m'), []],
  ['groq', createGroq, (p) => p('m'), []],
  ['deepseek', createDeepSeek, (p) => p('m'), []],
  ['fireworks', createFireworks, (p) => p('m'), []],
  ['cohere', createCohere, (p) => p('m'), []],
  [
    'bedrock',
    (options) => createAmazonBedrock({ ...keys, ...options, apiKey: undefined }),
    (p) => p('m'),
    [],
  ],
];

/** Their answers carry ids that only the asking account can use, so that another API key does not find them. */
const OF_ONE_ACCOUNT = new Set(['openai responses']);

for (const [name, create, modelOf, settings] of PROVIDERS) {
  const isOfOneAccount = OF_ONE_ACCOUNT.has(name);
  const isKeyed = isOfOneAccount ? 'its API key, too' : 'its API key is not';
  test(`${name}: settings of the provider are in the key, and ${isKeyed}`, async () => {
    const server = await startServer();
    const cache = createLlmCache();
    const base = { apiKey: 'k', baseURL: `${server.url}/v1` };
    const all = [
      {},
      { baseURL: `${server.url}/v2` },
      { headers: { 'x-route': 'eu' } },
      ...settings,
    ];
    const ask = (model) =>
      generateText({ model: cachedAiSdk(model, { cache }), prompt: 'Hi', maxRetries: 0 });
    try {
      for (const options of all)
        assert.equal(
          (await ask(modelOf(create({ ...base, ...options })))).response.headers['x-cached-llm'],
          'miss',
        );
      for (const options of all)
        assert.equal(
          (await ask(modelOf(create({ ...base, ...options, apiKey: 'other' })))).response.headers[
            'x-cached-llm'
          ],
          isOfOneAccount ? 'miss' : 'hit',
        );
      assert.equal(server.requests.length, all.length * (isOfOneAccount ? 2 : 1));
    } finally {
      server.close();
      await cache.close();
    }
  });

  test(`${name}: a fetch of the user's is refused, or an identity names it`, {
    skip: name === 'bedrock' && 'it signs with a fetch of its own',
  }, () => {
    const model = modelOf(
      create({ apiKey: 'k', baseURL: 'http://127.0.0.1/v1', fetch: (...args) => fetch(...args) }),
    );
    assert.throws(() => cachedAiSdk(model), { code: 'WRONG_CLIENT', message: /config\.fetch/ });
    cachedAiSdk(model, { identity: { fetch: 'mine' } });
  });
}

test('openrouter: settings of the model are in the key', async () => {
  const server = await startServer();
  const cache = createLlmCache();
  const { chat } = createOpenRouter({ apiKey: 'k', baseURL: `${server.url}/v1` });
  const settings = [
    {},
    { reasoning: { effort: 'high' } },
    { models: ['a/b'] },
    { plugins: [{ id: 'web' }] },
    { logitBias: { 1: -100 } },
    { extraBody: { provider: { order: ['a'] } } },
    { user: 'u' },
    { provider: { order: ['b'] } },
  ];
  try {
    for (const _round of [1, 2])
      for (const each of settings)
        await generateText({ model: cachedAiSdk(chat('m', each), { cache }), prompt: 'Hi' });
    assert.equal(server.requests.length, settings.length);
  } finally {
    server.close();
    await cache.close();
  }
});
