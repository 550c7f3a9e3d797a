import { cachedLlmCall, createLlmCache } from '@cached-llm/core';
import { cachedGoogle, google } from '@cached-llm/google';
import { type ReceivedRequest, startWireServer } from '@cached-llm/testing';
import {
  ApiError,
  type CallableTool,
  EmbedContentResponse,
  GenerateContentResponse,
  GoogleGenAI,
} from '@google/genai';
import { describe, expect, test } from '@jest/globals';
import {
  chunks,
  chunksOf,
  clientOf,
  content,
  json,
  lasting,
  plainClientOf,
  question,
  SECRET,
  sse,
  withWire,
} from './wire.ts';

const answer = () => json(content(), { 'set-cookie': 'a=b' });

describe('a client of the Google Gen AI SDK', () => {
  test('asks once, answers twice, with getters that work', async () => {
    await withWire({ answer }, async ({ client, server, story }) => {
      const first = await client.models.generateContent(question);
      const second = await client.models.generateContent(question);
      expect(client).toBeInstanceOf(GoogleGenAI);
      expect(second).toBeInstanceOf(GenerateContentResponse);
      expect(second.text).toBe('Rivers bring salt.');
      expect(lasting(second)).toEqual(lasting(first));
      expect(second.candidates).not.toBe(first.candidates);
      expect(second.sdkHttpResponse?.headers).toMatchObject({ 'x-cached-llm': 'hit', age: '0' });
      expect(second.sdkHttpResponse?.headers).not.toHaveProperty('set-cookie');
      expect(server.count).toBe(1);
      expect(story).toEqual(['miss', 'stored', 'hit']);
    });
  });

  test('is the one that was given, and is wired once however often it is wired', async () => {
    await withWire({ answer }, async ({ client, server, story }) => {
      const other = createLlmCache();
      expect(cachedGoogle(client, { cache: other })).toBe(client);
      expect(cachedGoogle(client, { cache: other })).toBe(client);
      for (const _round of [1, 2]) await client.models.generateContent(question);
      expect([server.count, other.stats().hits, story]).toEqual([1, 1, []]);
    });
  });

  test('sends what it has to send through the fetch it was made with', async () => {
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

  test('waits as long as the SDK does by itself: no limit of five minutes on headers and body', async () => {
    await withWire({ answer }, async ({ client }) => {
      const symbol = Symbol.for('undici.globalDispatcher.1');
      new Headers(); // makes the dispatcher, where Node keeps it: in the realm around the test's sandbox
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

  test('keeps a structured answer, and a request object that the SDK rewrites', async () => {
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

describe('a stream', () => {
  const answer = () => sse(chunks('STOP'));
  const texts = (list: readonly GenerateContentResponse[]) => list.map(({ text }) => text);

  test.each([
    ['by event', {}],
    ['one byte at a time', { chunkSize: 'byte' as const }],
    ['with CRLF split over chunks', { chunkSize: 3, lineEnding: '\r\n' as const }],
    ['compressed', { gzip: true }],
  ])('comes from the store as it came, as the same class: %s', async (_name, delivery) => {
    await withWire({ answer, ...delivery }, async ({ client, server }) => {
      const ask = async () => chunksOf(await client.models.generateContentStream(question));
      const first = await ask();
      const second = await ask();
      expect(lasting(second)).toEqual(lasting(first));
      expect(second.every((chunk) => chunk instanceof GenerateContentResponse)).toBe(true);
      expect(texts(second)).toEqual(['Rivers ', 'bring ', 'salt. ', '🌊']);
      expect(server.count).toBe(1);
    });
  });

  test('has its first chunk out before the provider ends', async () => {
    await withWire({ answer, latencyPerChunk: 20 }, async ({ client, story }) => {
      const stream = await client.models.generateContentStream(question);
      expect((await stream.next()).value?.text).toBe('Rivers ');
      expect(story).toEqual(['miss']);
      await chunksOf(stream);
      expect(story).toEqual(['miss', 'stored']);
    });
  });

  test('is followed from its first chunk by those who ask while it runs', async () => {
    await withWire({ answer, latencyPerChunk: 5 }, async ({ client, server, story }) => {
      const ask = async () => chunksOf(await client.models.generateContentStream(question));
      const [first, second] = await Promise.all([ask(), ask()]);
      expect(texts(second)).toEqual(texts(first));
      expect(server.count).toBe(1);
      expect(story).toContain('collapsed');
    });
  });

  test('that is aborted is ended upstream and not stored', async () => {
    await withWire({ answer, latencyPerChunk: 10 }, async ({ client, server, store }) => {
      const controller = new AbortController();
      const config = { abortSignal: controller.signal };
      const stream = await client.models.generateContentStream({ ...question, config });
      await stream.next();
      controller.abort();
      await expect(chunksOf(stream)).rejects.toThrow(/abort/i);
      await eventually(() => server.requests[0]?.aborted === true);
      expect(store.size).toBe(0);
    });
  });

  test('that is left early is ended upstream and not stored', async () => {
    await withWire({ answer, latencyPerChunk: 10 }, async ({ client, server, story }) => {
      for await (const _chunk of await client.models.generateContentStream(question)) break;
      await eventually(() => server.requests[0]?.aborted === true);
      expect(story).toEqual(['miss', 'not-admitted']);
      const whole = await chunksOf(await client.models.generateContentStream(question));
      expect(texts(whole)).toEqual(['Rivers ', 'bring ', 'salt. ', '🌊']);
      expect(server.count).toBe(2);
    });
  });

  test.each([
    ['cut off', [{ kind: 'cut-socket' as const, afterEvents: 2, times: 1 }]],
    ['ended too soon', [{ kind: 'end-early' as const, afterEvents: 3, times: 1 }]],
  ])('that is %s is not stored', async (_name, faults) => {
    await withWire({ answer, faults }, async ({ client, server }) => {
      const ask = async () =>
        texts(await chunksOf(await client.models.generateContentStream(question)));
      await ask().catch(() => []);
      const whole = await ask();
      expect(await ask()).toEqual(whole);
      expect(server.count).toBe(2);
    });
  });

  const failed = { error: { code: 503, message: 'overloaded', status: 'UNAVAILABLE' } };
  test.each([
    ['without a finish reason', chunks()],
    ['stopped by the token limit', chunks('MAX_TOKENS')],
    ['filtered', chunks('SAFETY')],
    ['to be continued', chunks('CONTINUATION')],
    ['broken by an error that the SDK throws', [...chunks('STOP'), failed]],
    ['broken by an error that the SDK passes on', [...chunks('STOP'), { error: { code: 1 } }]],
  ])('that is %s is given and not stored', async (_name, list) => {
    await withWire({ answer: () => sse(list) }, async ({ client, server, story }) => {
      const ask = async () =>
        chunksOf(await client.models.generateContentStream(question)).catch(String);
      await ask();
      await ask();
      expect(server.count).toBe(2);
      expect(story).not.toContain('stored');
    });
  });

  test('of a blocked prompt is given and not stored', async () => {
    const list = [{ promptFeedback: { blockReason: 'SAFETY' } }];
    await withWire({ answer: () => sse(list) }, async ({ client, server }) => {
      for (const _round of [1, 2])
        await chunksOf(await client.models.generateContentStream(question));
      expect(server.count).toBe(2);
    });
  });
});

describe('the key', () => {
  const image = (data: string) => ({
    contents: [{ role: 'user', parts: [{ inlineData: { mimeType: 'image/png', data } }] }],
  });
  const config = (fields: object) => ({ config: fields });

  test.each([
    ['two labels', config({ labels: { team: 'a' } }), config({ labels: { team: 'b' } })],
    ['two service tiers', config({ serviceTier: 'flex' }), config({ serviceTier: 'standard' })],
    ['a log of the provider', config({ store: true }), config({ store: false })],
    [
      'temperatures equal to two decimals',
      config({ temperature: 0.7 }),
      config({ temperature: 0.7000001 }),
    ],
    ['another order of fields', config({ seed: 1, topK: 2 }), config({ topK: 2, seed: 1 })],
    ['an abort signal', config({ abortSignal: new AbortController().signal }), config({})],
  ])('is one for %s', async (_name, one, other) => {
    await withWire({ answer }, async ({ client, server }) => {
      await client.models.generateContent({ ...question, ...one });
      await client.models.generateContent({ ...question, ...other });
      expect(server.count).toBe(1);
    });
  });

  test.each([
    ['a field nobody knows yet', config({ httpOptions: { extraBody: { brandNew: 1 } } }), {}],
    ['temperature', config({ temperature: 0.7 }), config({ temperature: 0.71 })],
    ['the token limit', config({ maxOutputTokens: 9 }), config({ maxOutputTokens: 10 })],
    ['the model', { model: 'gemini-other' }, {}],
    [
      'the system instruction',
      config({ systemInstruction: 'a' }),
      config({ systemInstruction: 'b' }),
    ],
    ['a tool', config({ tools: [{ functionDeclarations: [{ name: 'a' }] }] }), {}],
    ['the seed', config({ seed: 1 }), config({ seed: 2 })],
    ['the number of candidates', config({ candidateCount: 2 }), {}],
    ['thinking', config({ thinkingConfig: { thinkingBudget: 0 } }), {}],
    ['safety settings', config({ safetySettings: [{ category: 'x', threshold: 'y' }] }), {}],
    [
      'cached content',
      config({ cachedContent: 'cachedContents/1' }),
      config({ cachedContent: 'cachedContents/2' }),
    ],
    ['the bytes of an image', image('AAAA'), image('AAAB')],
    [
      'the version of the API',
      config({ httpOptions: { apiVersion: 'v1' } }),
      config({ httpOptions: { apiVersion: 'v1beta' } }),
    ],
    ['the project', config({ httpOptions: { headers: { 'x-goog-user-project': 'p' } } }), {}],
  ])('differs by %s', async (_name, one, other) => {
    await withWire({ answer }, async ({ client, server }) => {
      // As an application may write it: some of it is older, or newer, than the types.
      await client.models.generateContent({ ...question, ...one } as typeof question);
      await client.models.generateContent({ ...question, ...other } as typeof question);
      expect(server.count).toBe(2);
    });
  });

  test('is one for two API keys and SDK versions, and differs by base URL', async () => {
    const other = await startWireServer({ answer });
    await withWire({ answer }, async ({ cache, server }) => {
      const ask = (client: GoogleGenAI) =>
        cachedGoogle(client, { cache }).models.generateContent(question);
      await ask(clientOf(server));
      await ask(clientOf(server, { apiKey: 'AIza-another' }));
      const headers = { 'x-goog-api-client': 'google-genai-sdk/9', 'user-agent': 'sdk/9' };
      await ask(clientOf(server, { httpOptions: { headers } }));
      expect(server.count).toBe(1);
      await ask(clientOf(other));
      expect(other.count).toBe(1);
    });
    await other.close();
  });
});

describe('an answer that is not worth keeping', () => {
  const parts = (list: readonly object[]) => content({ content: { role: 'model', parts: list } });

  test.each([
    ['truncated', content({ finishReason: 'MAX_TOKENS' })],
    ['filtered', content({ finishReason: 'SAFETY' })],
    ['a recitation', content({ finishReason: 'RECITATION' })],
    ['a malformed call', content({ finishReason: 'MALFORMED_FUNCTION_CALL' })],
    ['for a reason nobody knows yet', content({ finishReason: 'BRAND_NEW' })],
    ['without a reason', content({ finishReason: undefined })],
    ['a blocked prompt', { promptFeedback: { blockReason: 'PROHIBITED_CONTENT' } }],
    ['without candidates', content({}, { candidates: [] })],
    ['empty', parts([])],
    ['nothing but a thought', parts([{ text: 'Hm.', thought: true }, { text: '' }])],
    ['an error under status 200', { error: { code: 500, message: 'no' } }],
    ['one good candidate of two', content({}, { candidates: [content().candidates[0], {}] })],
  ])('is given and not stored: %s', async (_name, body) => {
    await withWire({ answer: () => json(body) }, async ({ client, server, story }) => {
      await client.models.generateContent(question);
      await client.models.generateContent(question);
      expect(server.count).toBe(2);
      expect(story).toEqual(['miss', 'not-admitted', 'miss', 'not-admitted']);
    });
  });

  test('is stored where it is admitted on purpose', async () => {
    const body = content({ finishReason: 'MAX_TOKENS' });
    await withWire({ answer: () => json(body) }, async ({ cache, server }) => {
      const client = cachedGoogle(clientOf(server), { cache, admit: { truncated: true } });
      for (const _round of [1, 2]) await client.models.generateContent(question);
      expect(server.count).toBe(1);
    });
  });

  test.each([429, 500, 400])('is the SDK error it is without a cache: %s', async (status) => {
    const failed = () => ({ status, body: { error: { code: status, message: 'no' } } });
    await withWire({ answer: failed }, async ({ client, server, story }) => {
      const caught = (error: unknown) => error as ApiError; // tells it below
      const plain = await plainClientOf(server).models.generateContent(question).then(fail, caught);
      const cached = await client.models.generateContent(question).then(fail, caught);
      expect(cached).toBeInstanceOf(ApiError);
      expect([cached.status, cached.message]).toEqual([plain.status, plain.message]);
      expect(story).toEqual(['miss', 'not-admitted']);
    });
  });

  test('does not come between the SDK and its retries', async () => {
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
  ])('is made with a tool of the provider: %s', async (_name, tools) => {
    await withWire({ answer }, async ({ client, story }) => {
      await client.models.generateContent({ ...question, config: { tools } });
      expect(story).toEqual(['miss', 'not-admitted']);
    });
  });

  test('goes past the cache where it goes on from a checkpoint', async () => {
    await withWire({ answer }, async ({ client, story }) => {
      const config = { continuationToken: 'AAAA' };
      await client.models.generateContent({ ...question, config });
      expect(story).toEqual(['bypass']);
    });
  });

  test('is no answer of a model: caches, images and interactions pass by', async () => {
    const reply = () => json({ id: 'v1_1', status: 'completed', name: 'cachedContents/1' });
    await withWire({ answer: reply }, async ({ client, story }) => {
      await client.caches.create({ model: 'gemini-test', config: { contents: 'long' } });
      await client.interactions.create({ model: 'gemini-test', input: 'Hi' });
      expect(story).toEqual(['bypass', 'bypass']);
    });
  });
});

test('a key or a cookie never reaches the store', async () => {
  await withWire({ answer }, async ({ client, store }) => {
    const headers = { cookie: 'session=c00k1e' };
    await client.models.generateContent({ ...question, config: { httpOptions: { headers } } });
    const dump = JSON.stringify([...store]);
    expect(dump).toContain('Rivers bring salt.');
    for (const secret of [SECRET, 'c00k1e', 'a=b']) expect(dump).not.toContain(secret);
  });
});

describe('a stream, assembled', () => {
  const { assemble } = google.stream;

  test('is the answer that comes without streaming', () => {
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

  test('keeps calls apart, and each candidate to itself', () => {
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

test('the adapter on a function keys by config, and admits as the client does', async () => {
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

test.each([
  ['nothing', undefined],
  ['a class', GoogleGenAI],
  ['another object', { models: {} }],
])('a client that is %s is refused at once', (_name, client) => {
  expect(() => cachedGoogle(client as never)).toThrow(
    expect.objectContaining({
      code: 'WRONG_CLIENT',
      message: expect.stringContaining('new GoogleGenAI('),
    }),
  );
});

function fail(): never {
  throw new Error('This was to fail.');
}

async function eventually(isTrue: () => boolean): Promise<void> {
  for (let turn = 0; turn < 100 && !isTrue(); turn += 1) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  expect(isTrue()).toBe(true);
}
