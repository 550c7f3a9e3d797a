// A server that sends no call ids: @ai-sdk/openai-compatible makes them, new ones at each run.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cachedAiSdk } from '@cached-llm/ai-sdk';
import { createLlmCache } from '@cached-llm/core';
import { cachedFetch } from '@cached-llm/http';
import { openai } from '@cached-llm/openai';
import { z } from 'zod';
import { startServer } from './server.mjs';

const VERSIONS = [
  ['ai-5', 'compatible-1'],
  ['ai-6', 'compatible-2'],
  ['ai-7', 'compatible-3'],
];

const WAYS = [
  [
    'cachedAiSdk',
    ({ create, cache, url }) => cachedAiSdk(create({ name: 'l', baseURL: url })('m'), { cache }),
  ],
  [
    'cachedFetch',
    ({ create, cache, url }) =>
      create({ name: 'l', baseURL: url, fetch: cachedFetch({ cache }) })('m'),
  ],
  [
    "cachedFetch with OpenAI's adapter",
    ({ create, cache, url }) =>
      create({ name: 'l', baseURL: url, fetch: cachedFetch({ cache, adapter: openai }) })('m'),
  ],
];

async function run({ generateText, streamText, tool, stepCountIs, isStepCount }, model) {
  const now = tool({ inputSchema: z.object({ city: z.string() }), execute: async () => 'noon' });
  const question = {
    model,
    prompt: 'What time is it?',
    tools: { now },
    stopWhen: (stepCountIs ?? isStepCount)(3),
  };
  const { text } = await generateText(question);
  const streamed = streamText(question);
  await streamed.consumeStream();
  return [text, await streamed.text];
}

for (const [sdk, provider] of VERSIONS) {
  for (const [way, modelOf] of WAYS) {
    test(`${sdk}, ${provider}, ${way}: an agent that runs again asks nothing`, async () => {
      const server = await startServer();
      const cache = createLlmCache();
      try {
        const ai = await import(sdk);
        const { createOpenAICompatible: create } = await import(provider);
        const model = () => modelOf({ create, cache, url: `${server.url}/v1` });
        const first = await run(ai, model());
        assert.equal(server.requests.length, 4);
        assert.deepEqual(await run(ai, model()), first);
        assert.equal(server.requests.length, 4);
      } finally {
        server.close();
        await cache.close();
      }
    });
  }
}
