import { cachedAiSdk } from '@cached-llm/ai-sdk';
import { createLlmCache } from '@cached-llm/core';
import { expect, test } from '@jest/globals';

/** A model of a provider, as far as the cache reads it. It counts its calls. */
class Model {
  readonly specificationVersion = 'v4';
  readonly modelId = 'm';
  readonly supportedUrls = {};
  readonly provider: string;
  readonly config: object;

  constructor(provider: string, baseURL: string) {
    this.provider = provider;
    this.config = { baseURL, headers: {} };
  }

  async doGenerate(_options: never) {
    calls.push(this.provider);
    return {
      content: [{ type: 'text', text: 'Hi' }],
      finishReason: { unified: 'stop', raw: 'stop' },
      usage: {},
      warnings: [],
    };
  }

  async doStream(_options: never) {
    return {};
  }
}

const calls: string[] = [];

/** How often the provider is called for two requests, of which the second has these options. */
async function callsFor(model: Model, providerOptions: object, identity?: { baseURL: string }) {
  calls.length = 0;
  const cached = cachedAiSdk(model, { cache: createLlmCache(), identity });
  const prompt = [{ role: 'user', content: [{ type: 'text', text: 'Hi' }] }];
  await cached.doGenerate({ prompt } as never);
  await cached.doGenerate({ prompt, providerOptions } as never);
  return calls.length;
}

const GATEWAY = 'https://litellm.example.com/v1';
const OPENAI = 'https://api.openai.com/v1';
const metadata = { tags: ['eu'] };

const OPTIONS: readonly (readonly [provider: string, host: string, options: object])[] = [
  ['openai.chat', OPENAI, { openai: { metadata } }],
  ['openai.chat', OPENAI, { openai: { user: 'someone' } }],
  ['openai.chat', OPENAI, { openai: { safetyIdentifier: 'someone' } }],
  ['openai.chat', OPENAI, { openai: { promptCacheKey: 'a' } }],
  ['openai.chat', OPENAI, { openai: { serviceTier: 'flex' } }],
  ['azure.chat', 'https://mine.openai.azure.com/openai/v1', { azure: { user: 'someone' } }],
  [
    'anthropic.messages',
    'https://api.anthropic.com/v1',
    { anthropic: { metadata: { userId: 'someone' } } },
  ],
];

test.each(OPTIONS)(
  'an option of attribution of %s is not in the key at %s, and is in it at a gateway, which may route by it: %j',
  async (provider, host, options) => {
    expect(await callsFor(new Model(provider, host), options)).toBe(1);
    expect(await callsFor(new Model(provider, GATEWAY), options)).toBe(2);
  },
);

test('where the user says who answers, what is said decides', async () => {
  const options = { openai: { metadata } };
  const model = () => new Model('openai.chat', OPENAI);
  expect(await callsFor(model(), options, { baseURL: GATEWAY })).toBe(2);
  expect(await callsFor(model(), options, { baseURL: OPENAI })).toBe(1);
});
