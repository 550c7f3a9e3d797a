import { cachedLlmCall, createLlmCache } from '@cached-llm/core';
import { cachedGoogle, google } from '@cached-llm/google';
import { chunksOf, type ReceivedRequest, startWireServer } from '@cached-llm/testing';
import { type CallableTool, EmbedContentResponse } from '@google/genai';
import { describe, expect, test } from '@jest/globals';
import {
  chunks,
  clientOf,
  content,
  json,
  lasting,
  plainClientOf,
  question,
  sse,
  withWire,
} from './wire.ts';

const answer = () => json(content(), { 'set-cookie': 'a=b' });

describe('a client of the Google Gen AI SDK', () => {
  test('states in sdkHttpResponse where an answer comes from', async () => {
    await withWire({ answer }, async ({ client }) => {
      await client.models.generateContent(question);
      const second = await client.models.generateContent(question);
      expect(second.sdkHttpResponse?.headers).toMatchObject({ 'x-cached-llm': 'hit', age: '0' });
      expect(second.sdkHttpResponse?.headers).not.toHaveProperty('set-cookie');
    });
  });

  test('is the given client, and is cached once, however often it is passed', async () => {
    await withWire({ answer }, async ({ client, server, story }) => {
      const other = createLlmCache();
      expect(cachedGoogle(client, { cache: other })).toBe(client);
      expect(cachedGoogle(client, { cache: other })).toBe(client);
      for (const _round of [1, 2]) await client.models.generateContent(question);
      expect([server.count, other.stats().hits, story]).toEqual([1, 1, []]);
    });
  });

  test('sends its requests through the fetch that it was made with', async () => {
    const server = await startWireServer({ answer });
    let calls = 0;
    const fetch = (input: string | URL | Request, init?: RequestInit) => {
      calls += 1;
      expect(init).not.toHaveProperty('dispatcher');
      return globalThis.fetch(input, init);
    };
    const client = cachedGoogle(clientOf(server, { httpOptions: { fetch } }), {
      cache: createLlmCache(),
    });
    for (const _round of [1, 2]) await client.models.generateContent(question);
    await server.close();
    expect([calls, server.count]).toEqual([1, 1]);
  });

  test('waits as long as the SDK by itself, without a limit of five minutes on headers and body', async () => {
    await withWire({ answer }, async ({ client }) => {
      const symbol = Symbol.for('undici.globalDispatcher.1');
      new Headers(); // makes the dispatcher, where Node stores it: in the realm around the test's sandbox
      const dispatcher = Reflect.get(Headers.constructor('return globalThis')(), symbol);
      const seen: unknown[] = [];
      const watching = {
        dispatch: (
          options: { headersTimeout?: number; bodyTimeout?: number },
          handler: unknown,
        ) => {
          seen.push([options.headersTimeout, options.bodyTimeout]);
          return dispatcher.dispatch(options, handler);
        },
      };
      Reflect.set(globalThis, symbol, watching);
      try {
        await client.models.generateContent(question);
      } finally {
        Reflect.deleteProperty(globalThis, symbol);
      }
      expect(seen).toEqual([[0, 0]]);
    });
  });

  test('stores a structured answer, and keys a request object that the SDK rewrites', async () => {
    const text = content({ content: { role: 'model', parts: [{ text: '{"mood":"calm"}' }] } });
    const responseSchema = {
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      type: 'object',
      properties: { mood: { type: 'string' } },
    };
    const request = {
      ...question,
      config: { responseMimeType: 'application/json', responseSchema },
    };
    await withWire({ answer: () => json(text) }, async ({ client, server }) => {
      for (const _round of [1, 2, 3]) {
        const { text } = await client.models.generateContent(request as typeof question);
        expect(JSON.parse(text ?? '')).toEqual({ mood: 'calm' });
      }
      expect(server.count).toBe(1);
    });
  });

  test('answers a chat from the store, turn by turn, and streamed', async () => {
    const reply = ({ path }: ReceivedRequest) =>
      path.includes('stream') ? sse(chunks('STOP')) : answer();
    await withWire({ answer: reply }, async ({ client, server }) => {
      const talk = async () => {
        const chat = client.chats.create({ model: 'gemini-test' });
        const one = await chat.sendMessage({ message: 'Hi' });
        const two = await chunksOf(await chat.sendMessageStream({ message: 'Why?' }));
        return { one: one.text, two: two.map(({ text }) => text), history: chat.getHistory() };
      };
      const first = await talk();
      expect(await talk()).toEqual(first);
      expect(first.two.join('')).toBe('Rivers bring salt. 🌊');
      expect(first.history).toHaveLength(7);
      expect(server.count).toBe(2);
    });
  });

  test('runs local functions on a hit, too', async () => {
    const functionCall = { name: 'now', args: { zone: 'UTC' } };
    const call = content({ content: { role: 'model', parts: [{ functionCall }] } });
    const turn = ({ body }: ReceivedRequest) =>
      body.includes('functionResponse') ? answer() : json(call);
    await withWire({ answer: turn }, async ({ client, server }) => {
      let runs = 0;
      const now: CallableTool = {
        tool: async () => ({ functionDeclarations: [{ name: 'now' }] }),
        callTool: async () => {
          runs += 1;
          return [{ functionResponse: { name: 'now', response: { time: 'noon' } } }];
        },
      };
      const ask = () => client.models.generateContent({ ...question, config: { tools: [now] } });
      const first = await ask();
      const second = await ask();
      expect(second.automaticFunctionCallingHistory).toEqual(first.automaticFunctionCallingHistory);
      expect(second.text).toBe('Rivers bring salt.');
      expect([runs, server.count]).toEqual([2, 2]);
    });
  });

  test('embeds a batch once, and counts tokens once', async () => {
    const reply = ({ path }: ReceivedRequest) =>
      path.includes('countTokens')
        ? json({ totalTokens: 6 })
        : json({ embeddings: [{ values: [0.1, 0.2] }, { values: [0.3, 0.4] }] });
    await withWire({ answer: reply }, async ({ client, server }) => {
      const batch = { model: 'gemini-embedding-001', contents: ['salt', 'sea'] };
      const first = await client.models.embedContent(batch);
      const second = await client.models.embedContent(batch);
      expect(second).toBeInstanceOf(EmbedContentResponse);
      expect(lasting(second)).toEqual(lasting(first));
      for (const _round of [1, 2]) {
        expect((await client.models.countTokens(question)).totalTokens).toBe(6);
      }
      expect(server.requests.map(({ path }) => path.split(':')[1])).toEqual([
        'batchEmbedContents',
        'countTokens',
      ]);
    });
  });

  test('is cached on Vertex AI, too, embeddings and their usage included', async () => {
    const values = { values: [0.1], statistics: { token_count: 4 } };
    const reply = ({ path }: ReceivedRequest) =>
      path.endsWith(':predict') ? json({ predictions: [{ embeddings: values }] }) : answer();
    await withWire({ answer: reply }, async ({ cache, server }) => {
      const client = cachedGoogle(clientOf(server, { vertexai: true }), { cache });
      const models: unknown[] = [];
      cache.on('miss', ({ model }) => models.push(model));
      for (const _round of [1, 2]) {
        expect((await client.models.generateContent(question)).text).toBe('Rivers bring salt.');
        const batch = { model: 'text-embedding-005', contents: 'salt' };
        const { embeddings } = await client.models.embedContent(batch);
        expect(embeddings?.[0]?.values).toEqual([0.1]);
      }
      expect(server.count).toBe(2);
      expect(models).toEqual(['gemini-test', 'text-embedding-005']);
    });
  });
});

describe('an answer that is not stored', () => {
  test('leaves the retries to the SDK', async () => {
    const faults = [{ kind: 'status' as const, status: 503, times: 1 }];
    await withWire({ answer, faults }, async ({ cache, server }) => {
      const retryOptions = { attempts: 2, initialDelay: 0.01, jitter: 0 };
      const client = cachedGoogle(clientOf(server, { httpOptions: { retryOptions } }), { cache });
      for (const _round of [1, 2]) await client.models.generateContent(question);
      expect(server.count).toBe(2);
    });
  });

  test.each([
    ['search', [{ googleSearch: {} }]],
    ['code execution', [{ codeExecution: {} }]],
    ['pages of the web', [{ urlContext: {}, functionDeclarations: [{ name: 'a' }] }]],
  ])('was made with a tool of the provider: %s', async (_name, tools) => {
    await withWire({ answer }, async ({ client, story }) => {
      await client.models.generateContent({ ...question, config: { tools } });
      expect(story).toEqual(['miss', 'not-admitted']);
    });
  });

  test('is truncated, although an option admits the hosted tool that it was made with', async () => {
    const half = () => json(content({ finishReason: 'MAX_TOKENS' }));
    await withWire({ answer: half }, async ({ cache, server, story }) => {
      const client = cachedGoogle(clientOf(server), { cache, admit: { 'hosted-tool': true } });
      const config = { tools: [{ googleSearch: {} }] };
      await client.models.generateContent({ ...question, config });
      expect(story).toEqual(['miss', 'not-admitted']);
    });
  });

  test('belongs to a call that bypasses the cache, where it continues from a checkpoint', async () => {
    await withWire({ answer }, async ({ client, story }) => {
      const config = { continuationToken: 'AAAA' };
      await client.models.generateContent({ ...question, config });
      expect(story).toEqual(['bypass']);
    });
  });

  test('is not one of caches and interactions, which bypass the cache', async () => {
    const reply = () => json({ id: 'v1_1', status: 'completed', name: 'cachedContents/1' });
    await withWire({ answer: reply }, async ({ client, story }) => {
      await client.caches.create({ model: 'gemini-test', config: { contents: 'long' } });
      await client.interactions.create({ model: 'gemini-test', input: 'Hi' });
      expect(story).toEqual(['bypass', 'bypass']);
    });
  });
});

describe('an assembled stream', () => {
  const { assemble } = google.stream;

  test('is the answer of the same call without streaming', () => {
    const thought = { text: 'Salt… ', thought: true };
    const list = [
      { candidates: [{ content: { role: 'model', parts: [thought] }, index: 0 }] },
      {
        candidates: [
          { content: { role: 'model', parts: [{ text: 'rivers.', thought: true }] }, index: 0 },
        ],
      },
      ...chunks(),
      {
        candidates: [
          {
            content: { role: 'model', parts: [{ text: '', thoughtSignature: 's' }] },
            finishReason: 'STOP',
            index: 0,
          },
        ],
        usageMetadata: { promptTokenCount: 5, candidatesTokenCount: 6 },
      },
    ];
    expect(assemble(list)).toEqual({
      candidates: [
        {
          content: {
            role: 'model',
            parts: [
              { text: 'Salt… rivers.', thought: true },
              { text: 'Rivers bring salt. 🌊', thoughtSignature: 's' },
            ],
          },
          finishReason: 'STOP',
          index: 0,
        },
      ],
      usageMetadata: { promptTokenCount: 5, candidatesTokenCount: 6 },
      responseId: 'r1',
    });
  });

  test('separates calls and candidates', () => {
    const call = (name: string, index: number, finishReason?: string) => ({
      candidates: [{ content: { parts: [{ functionCall: { name } }] }, index, finishReason }],
    });
    expect(assemble([call('a', 0), call('b', 1, 'STOP')])).toBeUndefined();
    const whole = assemble([call('a', 0), call('b', 1, 'STOP'), call('c', 0, 'STOP')]);
    expect(whole).toMatchObject({
      candidates: [
        { content: { parts: [{ functionCall: { name: 'a' } }, { functionCall: { name: 'c' } }] } },
        { content: { parts: [{ functionCall: { name: 'b' } }] } },
      ],
    });
  });

  test('collects the citations and token probabilities of all its chunks', () => {
    const cited = (uri: string, finishReason?: string) => ({
      candidates: [
        {
          content: { parts: [{ text: uri }] },
          citationMetadata: { citations: [{ uri }] },
          logprobsResult: { chosenCandidates: [{ token: uri }] },
          finishReason,
        },
      ],
    });
    expect(assemble([cited('a'), cited('b', 'STOP')])).toMatchObject({
      candidates: [
        {
          citationMetadata: { citations: [{ uri: 'a' }, { uri: 'b' }] },
          logprobsResult: { chosenCandidates: [{ token: 'a' }, { token: 'b' }] },
        },
      ],
    });
  });
});

test('the adapter on a function covers config in the key, and admits like the client', async () => {
  await withWire({ answer }, async ({ server, cache }) => {
    const client = plainClientOf(server);
    const ask = cachedLlmCall(
      async function ask(request: { model: string; contents: string; config?: object }) {
        const { candidates, usageMetadata } = await client.models.generateContent(request);
        return { candidates, usageMetadata };
      },
      { cache, adapter: google },
    );
    await ask.withInfo({ ...question, config: { labels: { team: 'a' } } });
    const { info } = await ask.withInfo({ ...question, config: { labels: { team: 'b' } } });
    expect([info.outcome, info.saved?.usage]).toEqual(['hit', { inputTokens: 5, outputTokens: 5 }]);
    await ask({ ...question, config: { seed: 1 } });
    expect(server.count).toBe(2);
  });
});
