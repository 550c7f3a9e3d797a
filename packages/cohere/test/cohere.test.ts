import { cachedCohere, cohere } from '@cached-llm/cohere';
import { cachedLlmCall } from '@cached-llm/core';
import { startWireServer } from '@cached-llm/testing';
import { describe, expect, test } from '@jest/globals';
import { CohereClient, CohereClientV2, type CohereError } from 'cohere-ai';
import { chunksOf, clientOf, dumpOf, eventually, withWire } from './wire.ts';

const question = { model: 'command-test', messages: [{ role: 'user' as const, content: 'Hi' }] };
const usage = {
  billed_units: { input_tokens: 5, output_tokens: 3 },
  tokens: { input_tokens: 71, output_tokens: 5 },
};
const text = (said: string) => ({ content: [{ type: 'text', text: said }] });

const chatAnswer = (message: object, finish_reason = 'COMPLETE') => ({
  id: 'one',
  message: { role: 'assistant', ...message },
  finish_reason,
  usage,
});
const json = (body: unknown, headers = {}) => ({ headers, body });
const hello = () => json(chatAnswer(text('Hello')));

const event = (type: string, message: object, index?: number) => ({
  type,
  ...(index !== undefined && { index }),
  delta: { message },
});
const start = {
  ...event('message-start', {
    role: 'assistant',
    content: [],
    tool_plan: '',
    tool_calls: [],
    citations: [],
  }),
  id: 'one',
};
const end = (finish_reason: string, rest = {}) => ({
  type: 'message-end',
  delta: { finish_reason, usage, ...rest },
});
const salty = [
  start,
  event('content-start', { content: { type: 'text', text: '' } }, 0),
  event('content-delta', { content: { text: 'Salt, ' } }, 0),
  event('content-delta', { content: { text: 'vé!' } }, 0),
  { type: 'content-end', index: 0 },
  end('COMPLETE'),
];
const sse = (body: readonly unknown[], rest = {}) => ({ kind: 'sse' as const, body, ...rest });
const streaming = () => sse([...salty, '[DONE]']);
const ask = async (client: CohereClientV2) => chunksOf(await client.chatStream(question));

describe('a client of the Cohere SDK', () => {
  test('asks once, answers twice, and stays of its class', async () => {
    await withWire({ answer: hello }, async ({ server, client, story }) => {
      const first = await client.chat(question);
      const second = await client.chat(question);
      expect(client).toBeInstanceOf(CohereClientV2);
      expect(second).toEqual(first);
      expect(second).not.toBe(first);
      expect(second.message.content?.[0]).toEqual({ type: 'text', text: 'Hello' });
      expect(server.count).toBe(1);
      expect(story).toEqual(['miss', 'stored', 'hit']);
    });
  });

  test('says on withRawResponse() where an answer comes from', async () => {
    const answer = () => json(chatAnswer(text('Hello')), { 'set-cookie': 'a=b', 'x-trace': 't' });
    await withWire({ answer }, async ({ client, server }) => {
      await client.chat(question);
      const { data, rawResponse } = await client.chat(question).withRawResponse();
      expect(data.id).toBe('one');
      expect(rawResponse.status).toBe(200);
      expect(rawResponse.headers.get('x-cached-llm')).toBe('hit');
      expect(rawResponse.headers.get('x-trace')).toBe('t');
      expect(rawResponse.headers.get('set-cookie')).toBeNull();
      expect(rawResponse.url).toBe(`${server.url}/v2/chat`);
    });
  });

  test('caches rerankings', async () => {
    const meta = { api_version: { version: '2' }, billed_units: { search_units: 1 } };
    const ranks = { id: 'r', results: [{ index: 1, relevance_score: 0.9 }], meta };
    await withWire({ answer: () => json(ranks) }, async ({ client, server }) => {
      const rerank = () => client.rerank({ model: 'r', query: 'q', documents: ['a', 'b'] });
      expect(await rerank()).toEqual(await rerank());
      expect(server.count).toBe(1);
    });
  });

  const embedding = (texts: string[]) => ({
    model: 'e',
    texts,
    inputType: 'search_query' as const,
    embeddingTypes: ['float' as const, 'int8' as const],
  });

  test('embeds each text once, in whatever batch it comes', async () => {
    const answer = ({ json: body }: { json: unknown }) => {
      const { texts } = body as { texts: string[] };
      const vectors = texts.map((one) => [one.length]);
      const meta = { billed_units: { input_tokens: texts.length } };
      return json({ id: 'e', texts, embeddings: { float: vectors, int8: vectors }, meta });
    };
    await withWire({ answer }, async ({ client, server }) => {
      await client.embed(embedding(['a', 'bb']));
      const vectors = await client.embed(embedding(['ccc', 'bb', 'ccc']));
      expect(vectors.embeddings).toEqual({ float: [[3], [2], [3]], int8: [[3], [2], [3]] });
      expect(vectors.texts).toEqual(['ccc', 'bb', 'ccc']);
      expect(server.requests.map(({ json: body }) => (body as { texts: unknown }).texts)).toEqual([
        ['a', 'bb'],
        ['ccc'],
      ]);
    });
  });

  test('keeps no vectors that do not match their texts', async () => {
    const answer = () => json({ id: 'e', embeddings: { float: [[1], [2]] } });
    await withWire({ answer }, async ({ client, store }) => {
      const vectors = await client.embed(embedding(['a']));
      expect(vectors.embeddings).toEqual({ float: [[1], [2]] });
      expect(await dumpOf(store)).toBe('');
    });
  });

  test('caches the first version of the API, plain and streamed', async () => {
    const response = { text: 'Hello', generation_id: 'g', finish_reason: 'COMPLETE' };
    const stream = [
      { event_type: 'stream-start', is_finished: false, generation_id: 'g' },
      { event_type: 'text-generation', is_finished: false, text: 'Hello' },
      { event_type: 'stream-end', is_finished: true, finish_reason: 'COMPLETE', response },
    ];
    const headers = { 'content-type': 'application/stream+json' };
    const lines = { kind: 'ndjson' as const, headers, body: stream };
    const answer = ({ json: body }: { json: unknown }) =>
      (body as { stream?: boolean }).stream ? lines : json(response);
    await withWire({ answer }, async ({ cache, server }) => {
      const given = { token: 'key-test-secret', environment: server.url, maxRetries: 0 };
      const client = cachedCohere(new CohereClient(given), { cache });
      expect(client).toBeInstanceOf(CohereClient);
      const chat = () => client.chat({ message: 'Hi' });
      expect(await chat()).toEqual(await chat());
      const streamed = async () => chunksOf(await client.chatStream({ message: 'Hi' }));
      const first = await streamed();
      expect(await streamed()).toEqual(first);
      expect(first).toHaveLength(3);
      expect(server.count).toBe(2);
      expect(await client.v2.chat(question).catch(() => 'not this one')).toBeDefined();
    });
  });

  test('keeps its own fetch, and leaves the client that it was given as it was', async () => {
    await withWire({ answer: hello }, async ({ server, cache }) => {
      let fetched = 0;
      const plain = clientOf(server, {
        fetch: (input: string, init: RequestInit) => {
          fetched += 1;
          return fetch(input, init);
        },
      });
      const client = cachedCohere(plain, { cache });
      await client.chat(question);
      await client.chat(question);
      expect(fetched).toBe(1);
      await plain.chat(question);
      expect([fetched, server.count]).toEqual([2, 2]);
    });
  });
});

describe('a stream', () => {
  test('comes from the store with the same events, as the class of the SDK', async () => {
    await withWire({ answer: streaming }, async ({ server, client, story }) => {
      const live = await client.chatStream(question);
      const first = await chunksOf(live);
      const second = await client.chatStream(question);
      expect(second.constructor).toBe(live.constructor);
      expect(second.constructor.name).toBe('Stream');
      expect(await chunksOf(second)).toEqual(first);
      expect(first).toHaveLength(6);
      expect(server.count).toBe(1);
      expect(story).toEqual(['miss', 'stored', 'hit']);
    });
  });

  test.each([
    ['byte by byte', { chunkSize: 'byte' as const }],
    ['with CRLF', { lineEnding: '\r\n' as const }],
    ['with CRLF, three bytes at a time', { lineEnding: '\r\n' as const, chunkSize: 3 }],
    ['compressed', { gzip: true }],
  ])('is stored and given again when it comes %s', async (_name, delivery) => {
    await withWire({ answer: streaming, ...delivery }, async ({ server, client }) => {
      const first = await ask(client);
      expect(await ask(client)).toEqual(first);
      expect(first).toHaveLength(6);
      expect(server.count).toBe(1);
    });
  });

  test('gives its first event before the last one was sent', async () => {
    const faults = [{ kind: 'hang' as const, afterEvents: 1 }];
    await withWire({ answer: streaming, faults }, async ({ client, story }) => {
      for await (const { type } of await client.chatStream(question)) {
        expect(type).toBe('message-start');
        break;
      }
      expect(story[0]).toBe('miss');
    });
  });

  test('that is running is joined from its first event on', async () => {
    const answer = () => sse(salty, { latencyPerChunk: 5 });
    await withWire({ answer }, async ({ server, client, story }) => {
      const [first, second] = await Promise.all([ask(client), ask(client)]);
      expect(second).toEqual(first);
      expect(server.count).toBe(1);
      expect(story).toContain('collapsed');
    });
  });

  test('that is left early is not stored, and ends upstream', async () => {
    const answer = () => sse(salty, { latencyPerChunk: 10 });
    await withWire({ answer }, async ({ server, client, story }) => {
      for await (const _event of await client.chatStream(question)) break;
      await eventually(() => server.requests[0]?.aborted === true);
      expect(story).toEqual(['miss', 'not-admitted: left']);
      expect(await ask(client)).toHaveLength(6);
      expect(server.count).toBe(2);
    });
  });

  test('that is aborted is not stored', async () => {
    const answer = () => sse(salty, { latencyPerChunk: 10 });
    await withWire({ answer }, async ({ server, client }) => {
      const controller = new AbortController();
      const options = { abortSignal: controller.signal };
      const reading = chunksOf(await client.chatStream(question, options));
      controller.abort();
      await reading.catch(() => []);
      expect(await ask(client)).toHaveLength(6);
      expect(server.count).toBe(2);
    });
  });

  test.each(['cut-socket' as const, 'end-early' as const])(
    'that is torn by %s is not stored',
    async (kind) => {
      const faults = [{ kind, afterEvents: 2, times: 1 }];
      await withWire({ answer: streaming, faults }, async ({ server, client }) => {
        await ask(client).catch(() => []);
        const whole = await ask(client);
        expect(await ask(client)).toEqual(whole);
        expect(server.count).toBe(2);
      });
    },
  );

  test.each([
    ['an error in it', [...salty.slice(0, 3), { type: 'error', message: 'no' }]],
    ['an error at its end', [...salty.slice(0, 5), end('ERROR', { error: 'no' })]],
    ['a length', [...salty.slice(0, 5), end('MAX_TOKENS')]],
    ['no end', salty.slice(0, 5)],
    ['no text', [start, end('COMPLETE')]],
  ])('with %s is not stored', async (_name, body) => {
    await withWire({ answer: () => sse(body) }, async ({ server, client, store }) => {
      await ask(client).catch(() => []);
      await ask(client).catch(() => []);
      expect(server.count).toBe(2);
      expect(await dumpOf(store)).toBe('');
    });
  });

  test('is put together as the answer that would have come whole', () => {
    const { assemble } = cohere.stream;
    expect(assemble(salty)).toEqual(chatAnswer(text('Salt, vé!')));
    const call = { id: 'c', type: 'function', function: { name: 'now', arguments: '' } };
    const parts = { function: { arguments: '{}' } };
    const citation = { start: 0, end: 2, text: 'It', sources: [{ type: 'document', id: 'd' }] };
    const events = [
      start,
      event('tool-plan-delta', { tool_plan: 'I will ' }),
      event('tool-plan-delta', { tool_plan: 'look.' }),
      event('tool-call-start', { tool_calls: call }, 0),
      event('tool-call-delta', { tool_calls: parts }, 0),
      { type: 'tool-call-end', index: 0 },
      event('citation-start', { citations: citation }, 0),
      end('TOOL_CALL'),
    ];
    const whole = { ...call, function: { name: 'now', arguments: '{}' } };
    const message = { tool_plan: 'I will look.', tool_calls: [whole], citations: [citation] };
    expect(assemble(events)).toEqual(chatAnswer(message, 'TOOL_CALL'));
    expect(assemble([{ type: 'error' }])).toEqual({ error: true });
    expect(assemble(salty.slice(0, 5))).toBeUndefined();
  });
});

describe('the key', () => {
  test.each([
    ['another priority', { priority: 0 }, { priority: 5 }],
    ['temperatures equal to two decimals', { temperature: 0.7 }, { temperature: 0.7000001 }],
  ])('is one for %s', async (_name, one, other) => {
    await withWire({ answer: hello }, async ({ client, server }) => {
      for (const fields of [one, other]) await client.chat({ ...question, ...fields });
      expect(server.count).toBe(1);
    });
  });

  const picture = (data: string) => ({
    messages: [
      {
        role: 'user' as const,
        content: [
          { type: 'image_url' as const, imageUrl: { url: `data:image/png;base64,${data}` } },
        ],
      },
    ],
  });
  const tool = (name: string) => ({
    tools: [{ type: 'function' as const, function: { name, parameters: {} } }],
  });

  test.each([
    ['temperature', { temperature: 0.7 }, { temperature: 0.71 }],
    ['max tokens', { maxTokens: 5 }, { maxTokens: 6 }],
    ['seed', { seed: 1 }, { seed: 2 }],
    ['safety mode', { safetyMode: 'STRICT' as const }, {}],
    ['documents', { documents: ['a'] }, { documents: ['b'] }],
    ['system prompt', { messages: [{ role: 'system' as const, content: 'x' }] }, {}],
    ['tools', tool('now'), tool('then')],
    ['bytes of a picture', picture('AAAA'), picture('AAAB')],
    ['a field that nobody knows yet', { brand_new: 1 }, {}],
  ])('differs by %s', async (_name, one, other) => {
    await withWire({ answer: hello }, async ({ client, server }) => {
      for (const fields of [one, other]) await client.chat({ ...question, ...fields });
      expect(server.count).toBe(2);
    });
  });

  test('differs by a header, by a query parameter and by the base URL', async () => {
    const other = await startWireServer({ answer: hello });
    await withWire({ answer: hello }, async ({ cache, server, client }) => {
      await client.chat(question);
      await client.chat(question, { headers: { 'x-version': '2' } });
      await client.chat(question, { queryParams: { version: '2' } });
      expect(server.count).toBe(3);
      await cachedCohere(clientOf(other), { cache }).chat(question);
      expect(other.count).toBe(1);
    });
    await other.close();
  });

  test('is one for two API keys and two SDK versions, and no key is in the store', async () => {
    await withWire({ answer: hello }, async ({ cache, server, client, store }) => {
      await client.chat(question);
      const headers = { 'X-Fern-SDK-Version': '9.9.9', 'User-Agent': 'cohere-ai/9.9.9' };
      const options = { token: 'key-other-secret', headers };
      await cachedCohere(clientOf(server, options), { cache }).chat(question);
      expect(server.requests.length).toBe(1);
      const dump = await dumpOf(store);
      expect(dump).toContain('Hello');
      expect(dump).not.toContain('secret');
    });
  });

  test('is one for the same object asked twice, and for its fields in another order', async () => {
    await withWire({ answer: hello }, async ({ client, server }) => {
      const request = { ...question, seed: 7 };
      await client.chat(request);
      await client.chat(request);
      const { model, messages, seed } = request;
      await client.chat({ seed, messages, model });
      expect(server.count).toBe(1);
    });
  });
});

describe('an answer that is not worth keeping', () => {
  const thinking = { content: [{ type: 'thinking', thinking: 'Hm' }] };

  test.each([
    ['truncated', chatAnswer(text('Half'), 'MAX_TOKENS')],
    ['error', chatAnswer(text('Half'), 'ERROR')],
    ['incomplete', chatAnswer(text('Half'), 'TIMEOUT')],
    ['empty', chatAnswer(text(''))],
    ['empty', chatAnswer(thinking)],
    ['error', { error: { message: 'overloaded' } }],
  ])('is given and not stored: %s', async (reason, body) => {
    await withWire({ answer: () => json(body) }, async ({ client, server, story }) => {
      await client.chat(question).catch(() => {});
      await client.chat(question).catch(() => {});
      expect(server.count).toBe(2);
      expect(story.slice(0, 2)).toEqual(['miss', `not-admitted: ${reason}`]);
    });
  });

  test('is stored where it is admitted on purpose', async () => {
    const answer = () => json(chatAnswer(text('Half'), 'MAX_TOKENS'));
    await withWire({ answer }, async ({ cache, server }) => {
      const client = cachedCohere(clientOf(server), { cache, admit: { truncated: true } });
      await client.chat(question);
      await client.chat(question);
      expect(server.count).toBe(1);
    });
  });

  test.each([429, 500, 400])('is the SDK error it is without a cache: %s', async (status) => {
    const answer = () => ({ status, body: { message: 'no' } });
    await withWire({ answer }, async ({ client, server, story }) => {
      const errorOf = async (asked: CohereClientV2) => {
        const failed = await asked.chat(question).then(
          () => undefined,
          (error) => error,
        );
        return failed as CohereError;
      };
      const plain = await errorOf(clientOf(server));
      const cached = await errorOf(client);
      expect([cached.constructor, cached.message]).toEqual([plain.constructor, plain.message]);
      expect(cached.statusCode).toBe(status);
      expect(story[0]).toBe('miss');
      expect(story[1]).toMatch('not-admitted');
    });
  });

  test('comes from a connector, from a conversation or from no model', async () => {
    const answer = () => json({ text: 'Hello', finish_reason: 'COMPLETE', tokens: [] });
    await withWire({ answer }, async ({ cache, server, story }) => {
      const given = { token: 'key-test-secret', environment: server.url, maxRetries: 0 };
      const client = cachedCohere(new CohereClient(given), { cache });
      await client.chat({ message: 'Hi', connectors: [{ id: 'web-search' }] });
      await client.chat({ message: 'Hi', conversationId: 'c' });
      await client.tokenize({ text: 'Hi', model: 'm' });
      expect(story.slice(0, 2)).toEqual(['miss', 'not-admitted: hosted-tool']);
      expect(story.slice(2)).toEqual(['bypass: stateful', 'bypass: endpoint']);
    });
  });
});

describe('the adapter on a function', () => {
  test('reads the words of the SDK as it reads those of the wire', async () => {
    const answer = ({ json: body }: { json: unknown }) =>
      (body as { stream: boolean }).stream ? streaming() : hello();
    await withWire({ answer }, async ({ server, cache }) => {
      const client = clientOf(server);
      const chat = cachedLlmCall(
        async function chat(request: typeof question) {
          return client.chat(request);
        },
        {
          cache,
          adapter: cohere,
        },
      );
      await chat.withInfo(question);
      const { info } = await chat.withInfo({ ...question });
      expect(info.saved?.usage).toEqual({ inputTokens: 5, outputTokens: 3 });
      const stream = cachedLlmCall(
        async function chatStream(request: typeof question) {
          return client.chatStream(request);
        },
        {
          cache,
          adapter: cohere,
        },
      );
      const first = await chunksOf(await stream(question));
      expect(await chunksOf(await stream(question))).toEqual(first);
      expect(server.count).toBe(2);
    });
  });
});

const withFetcher = new CohereClientV2({ token: 'k', fetcher: (() => {}) as never });

test.each([
  ['nothing', undefined, 'new CohereClientV2()'],
  ['a class', CohereClientV2, 'new CohereClientV2()'],
  ['another object', { chatStream: {} }, 'new CohereClientV2()'],
  ['one with a fetcher', withFetcher, 'Give it a fetch'],
])('a client that is %s is refused at once', (_name, client, remedy) => {
  expect(() => cachedCohere(client as never)).toThrow(
    expect.objectContaining({ code: 'WRONG_CLIENT', message: expect.stringContaining(remedy) }),
  );
});
