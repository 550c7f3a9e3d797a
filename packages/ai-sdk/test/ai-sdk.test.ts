import type { LanguageModelV4, LanguageModelV4StreamPart } from '@ai-sdk/provider';
import { aiSdk, cachedAiSdk, cachedEmbeddingModel, cachedLanguageModel } from '@cached-llm/ai-sdk';
import { cachedLlmCall } from '@cached-llm/core';
import { chatAnswer, chunksOf, demoExchanges } from '@cached-llm/testing';
import { describe, expect, test } from '@jest/globals';
import {
  embed,
  embedMany,
  extractReasoningMiddleware,
  generateObject,
  generateText,
  jsonSchema,
  Output,
  stepCountIs,
  streamObject,
  streamText,
  tool,
  wrapEmbeddingModel,
  wrapLanguageModel,
  wrapProvider,
} from 'ai';
import { answerChat, withWire } from './wire.ts';

const { responsesApi, embeddings } = demoExchanges;
const HELLO = ['Hel', 'lo ', 'sea'];
const mood = jsonSchema<{ mood: string }>({
  type: 'object',
  properties: { mood: { type: 'string' } },
  required: ['mood'],
  additionalProperties: false,
});

describe('a language model of the AI SDK', () => {
  test('is called once and answers generateText twice', async () => {
    await withWire(
      { answer: answerChat(HELLO) },
      async ({ server, cache, client: openai, story }) => {
        const model = cachedAiSdk(openai.chat('gpt-test'), { cache });
        const first = await generateText({ model, prompt: 'Hi' });
        const second = await generateText({ model, prompt: 'Hi' });
        expect(second.text).toBe('Hello sea');
        expect([second.content, second.usage, second.finishReason, second.warnings]).toEqual([
          first.content,
          first.usage,
          first.finishReason,
          first.warnings,
        ]);
        expect(second.constructor).toBe(first.constructor);
        expect(server.count).toBe(1);
        expect(story).toEqual(['miss', 'stored', 'hit']);
      },
    );
  });

  test('returns the date as a Date, and states where the answer comes from', async () => {
    await withWire({ answer: answerChat(HELLO) }, async ({ cache, client: openai }) => {
      const model = cachedAiSdk(openai.chat('gpt-test'), { cache });
      const live = await generateText({ model, prompt: 'Hi' });
      const { response } = await generateText({ model, prompt: 'Hi' });
      expect(live.response.headers?.['x-cached-llm']).toBe('miss');
      expect(live.response.headers?.['content-type']).toContain('json');
      expect(response.headers).toEqual({ 'x-cached-llm': 'hit', age: '0' });
      expect(response.timestamp).toEqual(new Date(1_700_000_000_000));
      expect([response.id, response.modelId]).toEqual(['chatcmpl-1', 'gpt-test']);
    });
  });

  test('streams the same parts from the store', async () => {
    await withWire({ answer: answerChat(HELLO) }, async ({ server, cache, client: openai }) => {
      const model = cachedAiSdk(openai.chat('gpt-test'), { cache });
      const prompt = [{ role: 'user' as const, content: [{ type: 'text' as const, text: 'Hi' }] }];
      const live = await model.doStream({ prompt });
      const parts = await chunksOf(live.stream);
      const hit = await model.doStream({ prompt });
      expect(hit.stream).toBeInstanceOf(ReadableStream);
      expect(await chunksOf(hit.stream)).toEqual(parts);
      expect(parts.map(({ type }) => type)).toContain('finish');
      expect(live.request?.body).toBeDefined();
      expect(live.response?.headers?.['x-cached-llm']).toBe('miss');
      expect(hit.response?.headers).toEqual({ 'x-cached-llm': 'hit', age: '0' });
      expect(server.count).toBe(1);
    });
  });

  test('answers streamText with all its promises', async () => {
    await withWire({ answer: answerChat(HELLO) }, async ({ server, cache, client: openai }) => {
      const model = cachedAiSdk(openai.chat('gpt-test'), { cache });
      const ask = async () => {
        const result = streamText({ model, prompt: 'Hi' });
        const pieces = await chunksOf(result.textStream);
        const { timestamp } = await result.response;
        return [
          pieces,
          await result.text,
          await result.usage,
          await result.finishReason,
          timestamp,
        ];
      };
      const first = await ask();
      const second = await ask();
      expect(second).toEqual(first);
      expect(second[0]).toEqual(HELLO);
      expect(second[4]).toBeInstanceOf(Date);
      expect(server.count).toBe(1);
    });
  });

  test('lets followers join a running stream from its first part', async () => {
    const wire = { answer: answerChat(HELLO), latencyPerChunk: 5 };
    await withWire(wire, async ({ server, cache, client: openai, story }) => {
      const model = cachedAiSdk(openai.chat('gpt-test'), { cache });
      const ask = () => chunksOf(streamText({ model, prompt: 'Hi' }).textStream);
      const all = await Promise.all([ask(), ask(), ask()]);
      expect(all).toEqual([HELLO, HELLO, HELLO]);
      expect(server.count).toBe(1);
      expect(story.filter((name) => name === 'collapsed')).toHaveLength(2);
    });
  });

  test('returns objects from the store, plain and streamed', async () => {
    const wire = { answer: answerChat(['{"mood":', '"calm"}']) };
    await withWire(wire, async ({ server, cache, client: openai }) => {
      const model = cachedAiSdk(openai.chat('gpt-test'), { cache });
      for (const _round of [1, 2]) {
        const { output } = await generateText({
          model,
          prompt: 'How?',
          output: Output.object({ schema: mood }),
        });
        expect(output).toEqual({ mood: 'calm' });
        const { object } = await generateObject({ model, prompt: 'How, again?', schema: mood });
        expect(object).toEqual({ mood: 'calm' });
        const streamed = streamObject({ model, prompt: 'How?', schema: mood });
        expect((await chunksOf(streamed.partialObjectStream)).at(-1)).toEqual({ mood: 'calm' });
        expect(await streamed.object).toEqual({ mood: 'calm' });
      }
      expect(server.count).toBe(3);
    });
  });

  test('runs local tools on a hit as well', async () => {
    const call = { id: 'call_1', type: 'function', function: { name: 'now', arguments: '{}' } };
    const answer = ({ body }: { body: string }) => ({
      body: body.includes('"tool"')
        ? chatAnswer('It is noon.')
        : chatAnswer(null, { tool_calls: [call] }, 'tool_calls'),
    });
    await withWire({ answer }, async ({ server, cache, client: openai }) => {
      const model = cachedAiSdk(openai.chat('gpt-test'), { cache });
      let runs = 0;
      const now = tool({
        inputSchema: jsonSchema({ type: 'object', properties: {} }),
        execute: () => {
          runs += 1;
          return 'noon';
        },
      });
      const ask = () =>
        generateText({ model, prompt: 'What time?', tools: { now }, stopWhen: stepCountIs(3) });
      expect((await ask()).text).toBe('It is noon.');
      expect((await ask()).text).toBe('It is noon.');
      expect([runs, server.count]).toEqual([2, 2]);
    });
  });

  test('answers the Responses API as well', async () => {
    await withWire(
      { answer: () => responsesApi.response },
      async ({ server, cache, client: openai }) => {
        const model = cachedAiSdk(openai('gpt-test'), { cache });
        const ask = () => generateText({ model, prompt: responsesApi.request.input });
        const first = await ask();
        const second = await ask();
        expect(second.content).toEqual(first.content);
        expect(second.providerMetadata).toEqual(first.providerMetadata);
        expect(second.text).toBe('Fold, turn, fold again.');
        expect(server.count).toBe(1);
      },
    );
  });

  test('assembles a stored stream into the answer of the plain call', async () => {
    await withWire({ answer: answerChat(HELLO) }, async ({ client: openai }) => {
      const model = openai.chat('gpt-test');
      const prompt = [{ role: 'user' as const, content: [{ type: 'text' as const, text: 'Hi' }] }];
      const { request: _request, response, ...plain } = await model.doGenerate({ prompt });
      const { headers: _headers, body: _body, ...metadata } = response ?? {};
      const streamed = await model.doStream({ prompt });
      const parts = await chunksOf(streamed.stream);
      expect(aiSdk.stream.assemble(parts)).toEqual({ ...plain, response: metadata });
    });
  });
});

describe('a result that JSON would not preserve', () => {
  const picture = () => ({
    type: 'file' as const,
    mediaType: 'image/png',
    data: { type: 'data' as const, data: new Uint8Array([137, 80, 78, 71]) },
  });
  const usage = {
    inputTokens: { total: 1, noCache: 1, cacheRead: undefined, cacheWrite: undefined },
    outputTokens: { total: 1, text: 1, reasoning: undefined },
  };
  const finishReason = { unified: 'stop' as const, raw: undefined };
  const at = new Date(1_700_000_000_000);

  /** A model that returns another picture at each call. */
  class Painter implements LanguageModelV4 {
    readonly specificationVersion = 'v4';
    readonly provider = 'painter';
    readonly modelId = 'brush';
    readonly supportedUrls = {};
    calls = 0;

    async doGenerate() {
      this.calls += 1;
      const response = { timestamp: at, headers: { 'set-cookie': 'a=b' }, body: { secret: 1 } };
      return { content: [picture()], finishReason, usage, warnings: [], response };
    }

    async doStream() {
      this.calls += 1;
      const parts: LanguageModelV4StreamPart[] = [
        { type: 'stream-start', warnings: [] },
        { type: 'response-metadata', timestamp: at },
        picture(),
        { type: 'finish', finishReason, usage },
      ];
      return { stream: ReadableStream.from(parts) as ReadableStream<LanguageModelV4StreamPart> };
    }
  }

  test('bytes and dates come back as they were, plain and streamed', async () => {
    await withWire({}, async ({ cache, store }) => {
      const painter = new Painter();
      const model = cachedAiSdk(painter, { cache, identity: { studio: 'mine' } });
      for (const _round of [1, 2]) {
        const plain = await generateText({ model, prompt: 'A picture' });
        expect(plain.files[0]?.uint8Array).toEqual(new Uint8Array([137, 80, 78, 71]));
        expect(plain.response.timestamp).toEqual(at);
        const streamed = streamText({ model, prompt: 'A picture' });
        await streamed.consumeStream();
        expect((await streamed.files)[0]?.uint8Array).toEqual(plain.files[0]?.uint8Array);
        expect((await streamed.response).timestamp).toEqual(at);
      }
      expect(painter.calls).toBe(2);
      expect(JSON.stringify([...store])).not.toMatch(/set-cookie|secret/);
    });
  });
});

describe('an embedding model of the AI SDK', () => {
  const vectors = (count: number) => ({
    body: {
      object: 'list',
      model: 'embed-test',
      data: Array.from({ length: count }, (_, index) => ({
        object: 'embedding',
        index,
        embedding: [0.25, index],
      })),
      usage: { prompt_tokens: 3, total_tokens: 3 },
    },
  });
  const answer = ({ json }: { json: unknown }) => {
    const { input } = json as { input: readonly string[] };
    const data = input.map((text, index) => ({ index, embedding: [0.25, text.length] }));
    const usage = { prompt_tokens: input.length, total_tokens: input.length };
    return { body: { object: 'list', model: 'embed-test', data, usage } };
  };

  test('answers embed and embedMany from the store', async () => {
    await withWire({ answer }, async ({ server, cache, client: openai }) => {
      const model = cachedAiSdk(openai.embedding('embed-test'), { cache });
      const one = await embed({ model, value: 'a' });
      const two = await embed({ model, value: 'a' });
      expect([two.embedding, two.usage]).toEqual([one.embedding, one.usage]);
      const values = ['bb', 'a', 'ccc', 'bb'];
      const first = await embedMany({ model, values });
      const second = await embedMany({ model, values });
      expect(second.embeddings).toEqual([
        [0.25, 2],
        [0.25, 1],
        [0.25, 3],
        [0.25, 2],
      ]);
      expect(second.embeddings).toEqual(first.embeddings);
      expect(first.usage).toEqual({ tokens: 2 }); // what the provider billed
      expect(second.usage).toEqual({ tokens: 4 }); // what the stored values had cost
      const asked = server.requests.map(({ json }) => (json as { input: unknown }).input);
      expect(asked).toEqual([['a'], ['bb', 'ccc']]);
    });
  });

  test('stores no answer in which vectors are missing', async () => {
    await withWire(
      { answer: () => vectors(1) },
      async ({ server, cache, client: openai, reasons }) => {
        const model = cachedAiSdk(openai.embedding('embed-test'), { cache });
        await model.doEmbed({ values: ['a', 'b'] });
        await model.doEmbed({ values: ['a', 'b'] });
        expect(server.count).toBe(2);
        expect(reasons).toEqual(Array(4).fill('incomplete'));
      },
    );
  });

  test('answers the demo exchange twice', async () => {
    const { input: values } = embeddings.request;
    await withWire({ answer }, async ({ server, cache, client: openai }) => {
      const middleware = cachedEmbeddingModel({ cache });
      const model = wrapEmbeddingModel({ model: openai.embedding('embed-test'), middleware });
      const first = await embedMany({ model, values });
      expect((await embedMany({ model, values })).embeddings).toEqual(first.embeddings);
      expect(server.count).toBe(1);
    });
  });
});

describe('as middleware', () => {
  test('it works next to other middleware, which still runs on a hit', async () => {
    const wire = { answer: answerChat(['<think>Hm.</think>', 'Hello']) };
    await withWire(wire, async ({ server, cache, client: openai }) => {
      const model = wrapLanguageModel({
        model: openai.chat('gpt-test'),
        middleware: [
          extractReasoningMiddleware({ tagName: 'think' }),
          cachedLanguageModel({ cache }),
        ],
      });
      for (const _round of [1, 2]) {
        const { text, reasoningText } = await generateText({ model, prompt: 'Hi' });
        expect([text, reasoningText]).toEqual(['Hello', 'Hm.']);
      }
      expect(server.count).toBe(1);
    });
  });

  test('it serves every language model of a provider', async () => {
    await withWire({ answer: answerChat(HELLO) }, async ({ server, cache, client: openai }) => {
      const { chat } = openai;
      const provider = wrapProvider({
        provider: Object.assign(openai, { languageModel: chat }),
        languageModelMiddleware: cachedLanguageModel({ cache }),
      });
      const ask = (id: string) => generateText({ model: provider.languageModel(id), prompt: 'Hi' });
      await ask('one');
      await ask('one');
      await ask('two');
      expect(server.count).toBe(2);
    });
  });
});

test('the adapter judges a function that returns the result of a model', async () => {
  await withWire({ answer: answerChat(HELLO) }, async ({ server, cache, client: openai }) => {
    const model = openai.chat('gpt-test');
    const ask = cachedLlmCall(
      async function ask({ prompt }: { prompt: string }) {
        const { text, finishReason, usage } = await generateText({ model, prompt });
        return { text, finishReason, usage };
      },
      { cache, adapter: aiSdk },
    );
    const first = await ask({ prompt: 'Hi' });
    const second = await ask.withInfo({ prompt: 'Hi' });
    expect(second.response).toEqual(first);
    expect(second.info.saved?.usage).toMatchObject({ inputTokens: 5, outputTokens: 3 });
    expect(server.count).toBe(1);
  });
});

test('values that have an option each are one request, and no value has the vector of another', async () => {
  const answer = ({ json }: { json: unknown }) => {
    const { input } = json as { readonly input: readonly string[] };
    const data = input.map((_text, index) => ({
      object: 'embedding',
      index,
      embedding: [index + 1],
    }));
    return {
      body: { object: 'list', model: 'e', data, usage: { prompt_tokens: 1, total_tokens: 1 } },
    };
  };
  await withWire({ answer }, async ({ server, cache, client: openai }) => {
    const model = cachedAiSdk(openai.embedding('e'), { cache });
    const values = ['a', 'a'];
    const providerOptions = { google: { content: [[{ text: 'one' }], [{ text: 'two' }]] } };
    for (const _round of [1, 2]) {
      const { embeddings } = await model.doEmbed({ values, providerOptions });
      expect(embeddings).toEqual([[1], [2]]);
    }
    expect(server.count).toBe(1);
  });
});
