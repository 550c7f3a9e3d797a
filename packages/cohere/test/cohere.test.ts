import { cachedCohere, cohere } from '@cached-llm/cohere';
import { chunksOf, countEntries, serverSentEvents } from '@cached-llm/testing';
import { describe, expect, test } from '@jest/globals';
import { CohereClient, CohereClientV2 } from 'cohere-ai';
import { clientOf, withWire } from './wire.ts';

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

describe('a client of the Cohere SDK', () => {
  test('states on withRawResponse() where an answer comes from', async () => {
    const answer = () => json(chatAnswer(text('Hello')), { 'set-cookie': 'a=b', 'x-trace': 't' });
    await withWire({ answer }, async ({ client, server }) => {
      await client.chat(question);
      const { data, rawResponse } = await client.chat(question).withRawResponse();
      expect(data.id).toBe('one');
      expect(rawResponse.status).toBe(200);
      expect(rawResponse.headers.get('x-cached-llm')).toBe('hit');
      expect(rawResponse.headers.get('x-trace')).toBeNull();
      expect(rawResponse.headers.get('set-cookie')).toBeNull();
      expect(rawResponse.url).toBe(`${server.url}/v2/chat`);
    });
  });

  test('caches rerankings', async () => {
    const meta = { api_version: { version: '2' }, billed_units: { search_units: 1 } };
    const ranks = { id: 'r', results: [{ index: 1, relevance_score: 0.9 }], meta };
    await withWire({ answer: () => json(ranks) }, async ({ client, server }) => {
      const rerank = () =>
        client.rerank({ model: 'r', query: 'q', documents: ['a', 'b'], topN: 1 });
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

  test('embeds each text once, in any batch', async () => {
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

  test('does not store vectors that do not match their texts', async () => {
    const answer = () => json({ id: 'e', embeddings: { float: [[1], [2]] } });
    await withWire({ answer }, async ({ client, store }) => {
      const vectors = await client.embed(embedding(['a']));
      expect(vectors.embeddings).toEqual({ float: [[1], [2]] });
      expect(countEntries(store)).toBe(0);
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

  test('uses the fetch of the given client, and does not change that client', async () => {
    await withWire({ answer: hello }, async ({ server, cache }) => {
      let fetched = 0;
      const plain = clientOf(server, {
        fetch: (input: string, init: RequestInit) => {
          fetched += 1;
          return fetch(input, init);
        },
      });
      const client = cachedCohere(plain, { cache });
      expect(client).toBeInstanceOf(CohereClientV2);
      await client.chat(question);
      await client.chat(question);
      expect(fetched).toBe(1);
      await plain.chat(question);
      expect([fetched, server.count]).toEqual([2, 2]);
    });
  });
});

test('a stream is stored where a gateway sends [DONE] with its last event', async () => {
  const marked = [...salty.map((data) => ({ event: data.type, data })), { data: '[DONE]' }];
  const answer = () => ({ kind: 'sse' as const, body: serverSentEvents(marked) });
  await withWire({ answer }, async ({ client, server, story }) => {
    for (const _round of [1, 2]) {
      const seen: string[] = [];
      for await (const { type } of await client.chatStream(question)) seen.push(type);
      expect(seen).toEqual(salty.map(({ type }) => type));
    }
    expect([server.count, story]).toEqual([1, ['miss', 'stored', 'hit']]);
  });
});

test('a stream is assembled into the answer of the same call without streaming', () => {
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

test('the key differs by a query parameter', async () => {
  await withWire({ answer: hello }, async ({ server, client }) => {
    for (const version of ['1', '2']) await client.chat(question, { queryParams: { version } });
    expect(server.count).toBe(2);
  });
});

describe('an answer that is not stored', () => {
  const thinking = { content: [{ type: 'thinking', thinking: 'Hm' }] };

  test.each([
    ['truncated', chatAnswer(text('Half'), 'MAX_TOKENS')],
    ['error', chatAnswer(text('Half'), 'ERROR')],
    ['incomplete', chatAnswer(text('Half'), 'TIMEOUT')],
    ['empty', chatAnswer(text(''))],
    ['empty', chatAnswer(thinking)],
    ['error', { error: { message: 'overloaded' } }],
  ])('is %s', (reason, body) => {
    expect(cohere.rejects(body, question)).toBe(reason);
  });

  test('comes from a connector, from a conversation or without a model', async () => {
    const answer = () => json({ text: 'Hello', finish_reason: 'COMPLETE', tokens: [] });
    await withWire({ answer }, async ({ cache, server, reasons }) => {
      const given = { token: 'key-test-secret', environment: server.url, maxRetries: 0 };
      const client = cachedCohere(new CohereClient(given), { cache });
      await client.chat({ message: 'Hi', connectors: [{ id: 'web-search' }] });
      await client.chat({ message: 'Hi', conversationId: 'c' });
      await client.tokenize({ text: 'Hi', model: 'm' });
      expect(reasons).toEqual(['hosted-tool', 'stateful', 'endpoint']);
    });
  });
});

test('a client with a fetcher is refused at definition, because its requests do not use its fetch', () => {
  const client = new CohereClientV2({ token: 'k', fetcher: (() => {}) as never });
  expect(() => cachedCohere(client)).toThrow(
    expect.objectContaining({
      code: 'WRONG_CLIENT',
      message: expect.stringContaining('Give it a fetch'),
    }),
  );
});
