// Each version of the AI SDK with the provider that belongs to it: the second of two equal calls asks nothing.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cachedAiSdk, cachedEmbeddingModel, cachedLanguageModel } from '@cached-llm/ai-sdk';
import { createLlmCache } from '@cached-llm/core';
import { startServer } from './server.mjs';

const VERSIONS = [
  ['ai-5.0', 'openai-2.0', 'v2'],
  ['ai-5', 'openai-2', 'v2'],
  ['ai-6.0', 'openai-3.0', 'v3'],
  ['ai-6', 'openai-3', 'v3'],
  ['ai-7.0', 'openai-4.0', 'v4'],
  ['ai-7', 'openai-4', 'v4'],
  ['ai-6', 'openai-2', 'v2'],
  ['ai-7', 'openai-3', 'v3'],
  ['ai-7', 'openai-2', 'v2'],
];

async function trial([sdk, provider], use) {
  const server = await startServer();
  const cache = createLlmCache();
  try {
    const { createOpenAI } = await import(provider);
    const openai = createOpenAI({ apiKey: 'k', baseURL: `${server.url}/v1` });
    await use({ ai: await import(sdk), openai, cache, server });
  } finally {
    server.close();
    await cache.close();
  }
}

for (const version of VERSIONS) {
  const [sdk, provider, specification] = version;
  const name = `${sdk} with ${provider}`;

  test(`${name}: a text, a stream, an object and vectors come from the store`, () =>
    trial(version, async ({ ai, openai, cache, server }) => {
      const model = cachedAiSdk(openai.chat('m'), { cache });
      assert.equal(model.specificationVersion, specification);
      const texts = [];
      const pieces = [];
      const vectors = [];
      const usages = [];
      const embedding = cachedAiSdk((openai.embeddingModel ?? openai.textEmbeddingModel)('e'), {
        cache,
      });
      for (const _round of [1, 2]) {
        const { text, usage } = await ai.generateText({ model, prompt: 'Hi' });
        texts.push(text);
        usages.push(usage.inputTokens);
        const streamed = ai.streamText({ model, prompt: 'Hi' });
        let all = '';
        for await (const piece of streamed.textStream) all += piece;
        pieces.push(all);
        assert.equal(await streamed.finishReason, 'stop');
        vectors.push((await ai.embedMany({ model: embedding, values: ['a', 'bb'] })).embeddings);
      }
      assert.deepEqual(texts, ['Answer 1', 'Answer 1']);
      assert.deepEqual(pieces, ['Answer 2', 'Answer 2']);
      assert.deepEqual(usages, [3, 3]);
      assert.deepEqual(vectors[0], [
        [1, 1],
        [2, 1],
      ]);
      assert.deepEqual(vectors[1], vectors[0]);
      assert.equal(server.requests.length, 3);
    }));

  test(`${name}: the middleware answers as well`, () =>
    trial(version, async ({ ai, openai, cache, server }) => {
      const model = ai.wrapLanguageModel({
        model: openai.chat('m'),
        middleware: [
          ai.extractReasoningMiddleware({ tagName: 'think' }),
          cachedLanguageModel({ cache }),
        ],
      });
      for (const _round of [1, 2])
        assert.equal((await ai.generateText({ model, prompt: 'Hi' })).text, 'Answer 1');
      assert.equal(server.requests.length, 1);
      if (ai.wrapEmbeddingModel === undefined) return; // of ai 5
      const embedding = ai.wrapEmbeddingModel({
        model: (openai.embeddingModel ?? openai.textEmbeddingModel)('e'),
        middleware: cachedEmbeddingModel({ cache }),
      });
      for (const _round of [1, 2]) await ai.embedMany({ model: embedding, values: ['a'] });
      assert.equal(server.requests.length, 2);
    }));

  test(`${name}: a stored stream answers a plain call, where that is allowed`, () =>
    trial(version, async ({ ai, openai, cache, server }) => {
      const model = cachedAiSdk(openai.chat('m'), { cache, crossMode: true });
      const streamed = ai.streamText({ model, prompt: 'Hi' });
      await streamed.consumeStream();
      const { text, finishReason } = await ai.generateText({ model, prompt: 'Hi' });
      assert.deepEqual([text, finishReason], [await streamed.text, 'stop']);
      assert.ok(server.requests.length <= 2);
    }));
}

test('one store serves models of three specifications, and none has the answer of another', () =>
  trial(['ai-7', 'openai-4'], async ({ ai, openai, cache, server }) => {
    const { createOpenAI: createOlder } = await import('openai-2');
    const { createOpenAI: createOld } = await import('openai-3');
    const options = { apiKey: 'k', baseURL: `${server.url}/v1` };
    for (const provider of [openai, createOlder(options), createOld(options)]) {
      const model = cachedAiSdk(provider.chat('m'), { cache });
      for (const _round of [1, 2]) await ai.generateText({ model, prompt: 'Hi' });
    }
    assert.equal(server.requests.length, 3);
  }));

test('a model of ai 4 is refused, with its version and the range', async () => {
  const { createOpenAI } = await import('openai-1');
  const model = createOpenAI({ apiKey: 'k' }).chat('m');
  assert.throws(() => cachedAiSdk(model), { code: 'WRONG_CLIENT', message: /v1.*ai >=5 <8/s });
});
