import { cachedLlmCall } from '@cached-llm/core';
import { type Adapter, defaultAdapter } from '@cached-llm/core/adapter';
import { describe, expect, test } from '@jest/globals';
import { providerName } from '../src/conventions.ts';
import { liveThrough } from './life.ts';
import { startObserved } from './observed.ts';
import { startClient } from './openai-client.ts';

const INFERENCE = 'gen_ai.client.inference';
const EMBEDDINGS = 'gen_ai.client.embeddings';

describe('the metrics of the conventions', () => {
  test('record each call once, whatever its hits, with the model and the server that answered', async () => {
    const { chat, cache, port, pointsOf, sumOf } = await startClient();
    for (const _time of [1, 2, 3]) await chat('Why?');
    await cache.close();
    const call = {
      'gen_ai.operation.name': 'chat',
      'gen_ai.provider.name': 'openai',
      'gen_ai.request.model': 'gpt-4o',
      'gen_ai.response.model': 'gpt-4o-2026',
      'server.address': '127.0.0.1',
      'server.port': port,
    };
    const durations = await pointsOf(`${INFERENCE}.duration`);
    expect(durations).toMatchObject([{ attributes: call, value: { count: 1 } }]);
    const modality = { 'gen_ai.token.modality': 'unknown' };
    expect(await pointsOf(`${INFERENCE}.usage.input_tokens`)).toMatchObject([
      { attributes: { ...call, ...modality }, value: 12 },
    ]);
    expect(await sumOf(`${INFERENCE}.usage.output_tokens`)).toBe(5);
    expect(await sumOf(`${INFERENCE}.operation.input_tokens`)).toBe(12);
    expect(await sumOf(`${INFERENCE}.operation.output_tokens`)).toBe(5);
    expect(await sumOf('cached_llm.tokens.saved')).toBe(34);
  });

  test('record one call for many embedded texts, by the endpoint and not by the name of the model', async () => {
    const { client, cache, countOf, sumOf, pointsOf, chat } = await startClient();
    const embed = (input: string[]) => client.embeddings.create({ model: 'm', input });
    await embed(['a', 'bb', 'ccc']);
    await embed(['a', 'bb', 'ccc']);
    await chat('Why?', 'embed-it');
    await cache.close();
    const embeddings = { 'gen_ai.operation.name': 'embeddings', 'gen_ai.request.model': 'm' };
    expect(await countOf(`${EMBEDDINGS}.duration`, embeddings)).toBe(1);
    expect(await countOf(`${EMBEDDINGS}.operation.input_tokens`, embeddings)).toBe(1);
    expect(await sumOf(`${EMBEDDINGS}.operation.input_tokens`, embeddings)).toBe(31);
    expect(await sumOf('cached_llm.calls', embeddings)).toBe(1);
    expect(await pointsOf(`${INFERENCE}.duration`)).toMatchObject([
      { attributes: { 'gen_ai.operation.name': 'chat', 'gen_ai.request.model': 'embed-it' } },
    ]);
  });

  test('have the class of the error of a call that fails', async () => {
    const { client, chat, cache, server, countOf } = await startClient();
    await expect(chat('refuse')).rejects.toThrow('refuse');
    await cache.close();
    expect(await countOf(`${INFERENCE}.duration`, { 'error.type': '400' })).toBe(1);
    const failing = client.embeddings.create({ model: 'm', input: ['a', 'b'] });
    await server.close();
    await failing.catch(() => {});
    expect(await countOf(`${EMBEDDINGS}.duration`)).toBe(1);
  });

  test('count the tokens of each modality, of the rest, and of the reasoning', async () => {
    const details = { input_audio_tokens: 4, output_reasoning_tokens: 7, output_image_tokens: 90 };
    const usage = { inputTokens: 10, outputTokens: 50, details };
    const adapter: Adapter = { ...defaultAdapter, provider: 'openai', usageOf: () => usage };
    const { cache, pointsOf, sumOf } = startObserved();
    await cachedLlmCall(async (prompt: string) => prompt, { cache, adapter }).withInfo('a');
    const byModality = async (side: string) => {
      const points = await pointsOf(`${INFERENCE}.usage.${side}_tokens`);
      return points.map(({ attributes, value }) => [attributes['gen_ai.token.modality'], value]);
    };
    expect(await byModality('input')).toEqual([
      ['audio', 4],
      ['unknown', 6],
    ]);
    expect(await byModality('output')).toEqual([['unknown', 50]]); // the parts are more than the whole
    expect(await sumOf(`${INFERENCE}.usage.reasoning.output_tokens`)).toBe(7);
  });

  test('have the boundaries of the conventions', async () => {
    const { pointsOf } = await liveThrough();
    const boundariesOf = async (name: string) => {
      const [point] = await pointsOf(name);
      return typeof point?.value === 'object' ? point.value.buckets.boundaries : undefined;
    };
    expect(await boundariesOf(`${INFERENCE}.duration`)).toEqual([
      ...[0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28],
      ...[2.56, 5.12, 10.24, 20.48, 40.96, 81.92],
    ]);
    expect(await boundariesOf(`${INFERENCE}.operation.input_tokens`)).toEqual([
      ...[1, 4, 16, 64, 256, 1024, 4096, 16384, 65536],
      ...[262144, 1048576, 4194304, 16777216, 67108864],
    ]);
  });

  test('are left out where an instrumentation records them', async () => {
    const { chat, cache, metrics, sumOf } = await startClient({ genAiMetrics: false });
    await chat('Why?');
    await chat('Why?');
    await cache.close();
    const names = (await metrics()).map(({ descriptor }) => descriptor.name);
    expect(names.filter((name) => name.startsWith('gen_ai.'))).toEqual([]);
    expect(await sumOf('cached_llm.requests', { 'cached_llm.outcome': 'hit' })).toBe(1);
  });
});

describe('the operation of a wrapped function', () => {
  const plain: Adapter = { ...defaultAdapter, provider: 'openai' };

  test.each([
    ['chat, because it has no path', { adapter: plain }, undefined, 'chat'],
    ['embeddings, if it is named so', { name: 'embedTexts' }, undefined, 'embeddings'],
    ['what the user says', { provider: 'ranker' }, () => 'rerank', 'rerank'],
  ])('is %s', async (_what, options, operationOf, expected) => {
    const { cache, pointsOf } = startObserved({}, { operationOf });
    async function embedTexts(prompt: string) {
      return prompt;
    }
    await cachedLlmCall(embedTexts, { cache, ...options }).withInfo('a');
    const name = { chat: 'inference', embeddings: 'embeddings' }[expected] ?? 'operation';
    expect(await pointsOf(`gen_ai.client.${name}.duration`)).toMatchObject([
      { attributes: { 'gen_ai.operation.name': expected }, value: { count: 1 } },
    ]);
  });
});

describe('gen_ai.provider.name', () => {
  test.each([
    ['openai', 'api.openai.com', 'openai'],
    ['openai', 'my.openai.azure.com', 'azure.ai.openai'],
    ['openai', 'my.services.ai.azure.com', 'azure.ai.inference'],
    ['openai', 'api.x.ai', 'x_ai'],
    ['openai', 'api.deepseek.com', 'deepseek'],
    ['openai', 'api.perplexity.ai', 'perplexity'],
    ['openai', 'api.moonshot.ai', 'moonshot_ai'],
    ['openai', '127.0.0.1', 'openai'],
    ['openai', 'api.x.ai.evil.example', 'openai'],
    ['groq', 'api.groq.com', 'groq'],
    ['anthropic', 'api.anthropic.com', 'anthropic'],
    ['anthropic', 'us-east5-aiplatform.googleapis.com', 'gcp.vertex_ai'],
    ['anthropic', 'bedrock-runtime.eu-west-1.amazonaws.com', 'aws.bedrock'],
    ['google', 'generativelanguage.googleapis.com', 'gcp.gemini'],
    ['google', 'aiplatform.googleapis.com', 'gcp.vertex_ai'],
    ['google', 'aiplatform.us.rep.googleapis.com', 'gcp.vertex_ai'],
    ['google', undefined, 'gcp.gemini'],
    ['bedrock', 'bedrock-runtime-fips.us-east-1.amazonaws.com', 'aws.bedrock'],
    ['mistral', 'api.mistral.ai', 'mistral_ai'],
    ['cohere', undefined, 'cohere'],
    ['ollama', 'localhost', 'ollama'],
    ['api.groq.com', 'api.groq.com', 'groq'],
    ['us-south.ml.cloud.ibm.com', 'us-south.ml.cloud.ibm.com', 'ibm.watsonx.ai'],
    ['llm.example.com', 'llm.example.com', 'llm.example.com'],
    // The AI SDK.
    ['openai.responses', undefined, 'openai'],
    ['azure.chat', undefined, 'azure.ai.openai'],
    ['azure.deepseek', undefined, 'azure.ai.inference'],
    ['azure-openai.chat', undefined, 'azure.ai.openai'],
    ['google.generative-ai', undefined, 'gcp.gemini'],
    ['google.vertex.chat', undefined, 'gcp.vertex_ai'],
    ['vertex.anthropic.messages', undefined, 'gcp.vertex_ai'],
    ['amazon-bedrock', undefined, 'aws.bedrock'],
    ['bedrock.anthropic.messages', undefined, 'aws.bedrock'],
    ['xai.responses', undefined, 'x_ai'],
    ['mistral.chat', undefined, 'mistral_ai'],
    ['moonshotai.chat', undefined, 'moonshot_ai'],
    ['deepseek.chat', undefined, 'deepseek'],
    ['groq.chat', undefined, 'groq'],
    ['perplexity', undefined, 'perplexity'],
    ['cohere.textEmbedding', undefined, 'cohere'],
    ['togetherai.chat', undefined, 'togetherai'],
  ])('of %s at %s is %s', (provider, address, name) => {
    expect(providerName(provider, address)).toBe(name);
  });
});
