import type { LanguageModelV4CallOptions } from '@ai-sdk/provider';
import { cachedLanguageModel } from '@cached-llm/ai-sdk';
import { createLlmCache } from '@cached-llm/core';
import type { Fields } from '@cached-llm/core/adapter';
import {
  chunksOf,
  type ExchangeResponse,
  serverSentEvents,
  startWireServer,
} from '@cached-llm/testing';
import { describe, expect, test } from '@jest/globals';
import { generateText, jsonSchema, streamText, tool, wrapLanguageModel } from 'ai';
import { cross } from '../src/cross.ts';
import { providerOf } from './wire.ts';

type Api = 'chat' | 'completion' | 'responses';

/** One answer of a service, in both of its forms. */
interface Said {
  readonly api: Api;
  readonly plain: unknown;
  readonly events: readonly unknown[];
  readonly providerOptions?: Record<string, Record<string, boolean>>;
}

const usage = { prompt_tokens: 5, completion_tokens: 3, total_tokens: 8 };
const about = { id: 'chatcmpl-1', created: 1_700_000_000, model: 'gpt-test' };

interface Rest {
  readonly finish?: string;
  readonly logprobs?: object;
  readonly usage?: object;
  readonly deltas?: readonly object[];
}

/** A chat completion, and the chunks of the same answer. */
function chat(message: object, rest: Rest = {}): Said {
  const { finish = 'stop', logprobs = null, deltas = [message] } = rest;
  const chunk = (delta: object, reason: string | null) => ({
    ...about,
    object: 'chat.completion.chunk',
    choices: [
      { index: 0, delta, logprobs: reason === null ? logprobs : null, finish_reason: reason },
    ],
  });
  const choice = { index: 0, message, logprobs, finish_reason: finish };
  const counted = rest.usage === undefined ? [{ ...chunk({}, null), choices: [], usage }] : [];
  return {
    api: 'chat',
    plain: { ...about, object: 'chat.completion', choices: [choice], usage },
    events: [...deltas.map((delta) => chunk(delta, null)), chunk({}, finish), ...counted, '[DONE]'],
  };
}

const call = (id: string, text: string) => ({
  id,
  type: 'function',
  function: { name: 'sea', arguments: text },
});
const said = (content: string | null, rest: object = {}) => ({
  role: 'assistant',
  content,
  ...rest,
});
const called = said(null, { tool_calls: [call('a', '{"salt":1}'), call('b', '{"salt":2}')] });
const calledInPieces = (content: string | null) => [
  said(content, { tool_calls: [{ index: 0, ...call('a', '{"sa') }] }),
  { tool_calls: [{ index: 0, function: { arguments: 'lt":1}' } }] },
  { tool_calls: [{ index: 1, ...call('b', '{"salt":2}') }] },
];

const thought = (text: string, rest: object = {}) => ({
  type: 'reasoning',
  id: 'rs_1',
  summary: text === '' ? [] : [{ type: 'summary_text', text }],
  ...rest,
});
const message = (text: string, rest: object = {}) => ({
  type: 'message',
  id: `msg_${text.length}`,
  role: 'assistant',
  status: 'completed',
  content: [{ type: 'output_text', text, annotations: [], logprobs: [] }],
  ...rest,
});
const sea = {
  type: 'function_call',
  id: 'fc_1',
  call_id: 'a',
  name: 'sea',
  arguments: '{"salt":1}',
  status: 'completed',
};

type Item = { readonly type: string; readonly id: string } & Record<string, unknown>;

/** The events of one item of a response. `first` holds the fields that differ in its first event. */
function itemEvents(item: Item, output_index: number): readonly object[] {
  const at = { item_id: item.id, output_index };
  const { first = {}, ...done } = item;
  const added = { ...done, ...(first as object) };
  const event = (type: string, rest: object) => ({ type: `response.${type}`, ...rest });
  const [summary] = (item.summary ?? []) as { text: string }[];
  const [part] = (item.content ?? []) as { text: string }[];
  return [
    event('output_item.added', { output_index, item: { ...added, summary: [], content: [] } }),
    ...(summary === undefined
      ? []
      : [
          event('reasoning_summary_part.added', { ...at, summary_index: 0 }),
          event('reasoning_summary_text.delta', { ...at, summary_index: 0, delta: summary.text }),
          event('reasoning_summary_part.done', { ...at, summary_index: 0 }),
        ]),
    ...(part === undefined || part.text === ''
      ? []
      : [event('output_text.delta', { ...at, content_index: 0, delta: part.text, logprobs: [] })]),
    event('output_item.done', { output_index, item: done }),
  ];
}

/** A response of the Responses API, and the events of the same answer. */
function responded(...items: readonly Item[]): Said {
  const response = {
    id: 'resp_1',
    created_at: 1_700_000_000,
    model: 'gpt-test',
    object: 'response',
  };
  const output = items.map(({ first: _first, ...item }) => item);
  const counts = { input_tokens: 5, output_tokens: 3, total_tokens: 8 };
  const plain = { ...response, status: 'completed', output, usage: counts };
  const events = [
    { type: 'response.created', response: { ...response, status: 'in_progress', output: [] } },
    ...items.flatMap(itemEvents),
    { type: 'response.completed', response: plain },
  ];
  return { api: 'responses', plain, events };
}

const json = (body: unknown): ExchangeResponse => ({ body });
const sse = (events: readonly unknown[]): ExchangeResponse => ({
  kind: 'sse',
  body: serverSentEvents(events.map((data) => ({ data }))),
});

const prompt = 'Why is the sea salty?';
const tools = {
  sea: tool({
    inputSchema: jsonSchema({ type: 'object', properties: {} }),
    execute: () => 'salty',
  }),
};

interface Asking {
  readonly model: ReturnType<typeof wrapLanguageModel>;
  whole(): Promise<Fields>;
  stream(): Promise<Fields>;
  readonly asked: () => number;
}

/** The fields that both forms of an answer have. */
async function summaryOf(result: object): Promise<Fields> {
  const names = ['text', 'content', 'reasoningText', 'toolCalls', 'files', 'usage', 'finishReason'];
  const more = ['rawFinishReason', 'warnings', 'providerMetadata', 'response'];
  const read = async (name: string) => [name, await Reflect.get(result, name)] as const;
  const { response, ...rest } = Object.fromEntries(
    await Promise.all([...names, ...more].map(read)),
  );
  const { id, modelId, timestamp } = response;
  return { ...rest, id, modelId, timestamp };
}

/** Asks through a cache, or without one. */
async function withModel(
  { api, plain, events, providerOptions = {} }: Said,
  options: object | undefined,
  use: (asking: Asking) => Promise<void>,
): Promise<void> {
  const answer = ({ body }: { body: string }) =>
    body.includes('"stream":true') ? sse(events) : json(plain);
  const server = await startWireServer({ answer });
  const cache = createLlmCache({ storeTimeout: '30s' });
  const middleware = options === undefined ? [] : [cachedLanguageModel({ cache, ...options })];
  const model = wrapLanguageModel({ model: providerOf(server)[api]('gpt-test'), middleware });
  const question = { model, prompt, tools, providerOptions, maxRetries: 0 };
  try {
    await use({
      model,
      whole: async () => summaryOf(await generateText(question)),
      stream: async () => summaryOf(streamText(question)),
      asked: () => server.count,
    });
  } finally {
    await cache.close();
    await server.close();
  }
}

/** The same answers without a cache. */
async function liveOf(each: Said): Promise<{ readonly whole: Fields; readonly stream: Fields }> {
  let live = { whole: {}, stream: {} };
  await withModel(each, undefined, async ({ whole, stream }) => {
    live = { whole: await whole(), stream: await stream() };
  });
  return live;
}

/** The encrypted text changes while the thought grows. */
const changing = { encrypted_content: 'B', first: { encrypted_content: 'A' } };

const storedAtService = (each: Said): Said => ({
  ...each,
  providerOptions: { openai: { store: true } },
});

const EXACT: readonly (readonly [string, Said])[] = [
  ['a text', chat(said('Rivers 🌊'), { deltas: [said('Riv'), said('ers 🌊')] })],
  ['calls of tools', chat(called, { finish: 'tool_calls', deltas: calledInPieces(null) })],
  ['calls after an empty text', chat(called, { finish: 'tool_calls', deltas: calledInPieces('') })],
  ['a text and a call', responded(message('Rivers'), sea)],
  ['a thought and a text', responded(thought('Hm.'), message('Rivers'))],
  ['a thought without a text', responded(thought(''), sea)],
  [
    'a thought that the service stores',
    storedAtService(responded(thought('Hm.'), message('Rivers'))),
  ],
  ['an encrypted thought', responded(thought('Hm.', changing), message('Rivers'))],
  ['an empty text beside a call', responded(message(''), sea)],
  ['a final answer', responded(message('Rivers', { phase: 'final_answer' }))],
];

describe('with crossMode', () => {
  test.each(EXACT)('a stream that was stored answers generateText: %s', async (_name, each) => {
    const live = await liveOf(each);
    await withModel(each, { crossMode: true }, async ({ whole, stream, asked }) => {
      const streamed = await stream();
      expect(await whole()).toEqual(live.whole);
      expect(await stream()).toEqual(streamed);
      expect(streamed).toEqual(live.stream);
      expect(asked()).toBe(1);
    });
  });

  test.each(EXACT)('a plain answer that was stored answers streamText: %s', async (_name, each) => {
    const live = await liveOf(each);
    await withModel(each, { crossMode: true }, async ({ whole, stream, asked }) => {
      const plain = await whole();
      const streamed = await stream();
      expect(streamed).toEqual(live.whole);
      for (const name of ['text', 'reasoningText', 'toolCalls', 'usage', 'finishReason'])
        expect([name, streamed[name]]).toEqual([name, live.stream[name]]);
      expect(await whole()).toEqual(plain);
      expect(plain).toEqual(live.whole);
      expect(asked()).toBe(1);
    });
  });

  const logprobs = { content: [{ token: 'a', logprob: -1, top_logprobs: [] }], refusal: null };
  const final = { phase: 'final_answer' };
  test.each<[string, Said]>([
    ['probabilities', { ...chat(said('Rivers'), { logprobs }) }],
    ['several texts, one of them the answer', responded(message('Hm'), message('Rivers', final))],
    ['a text that was filtered', chat(said('Rivers'), { finish: 'content_filter' })],
  ])('neither answers the other with %s', async (_name, each) => {
    for (const forms of [['whole', 'stream'] as const, ['stream', 'whole'] as const]) {
      const options = { crossMode: true, admit: { filtered: true } };
      await withModel(each, options, async (asking) => {
        for (const form of forms) await asking[form]();
        expect(asking.asked()).toBe(2);
      });
    }
  });

  test.each<[string, Said]>([
    ['without usage', chat(said('Rivers'), { usage: {} })],
    [
      'that ends before its thought is encrypted',
      storedAtService(responded(thought('Hm.', changing), sea)),
    ],
  ])('a stream %s does not answer generateText', async (_name, each) => {
    const live = await liveOf(each);
    await withModel(each, { crossMode: true }, async ({ whole, stream, asked }) => {
      await stream();
      expect(await whole()).toEqual(live.whole);
      expect(asked()).toBe(2);
    });
  });

  test('an answer that names the requested object does not answer a stream', async () => {
    const each = responded(message('{}', final));
    await withModel(each, { crossMode: true }, async ({ model, asked }) => {
      const question: LanguageModelV4CallOptions = {
        prompt: [{ role: 'user', content: [{ type: 'text', text: prompt }] }],
        responseFormat: { type: 'json' },
      };
      expect((await model.doGenerate(question)).structuredOutputText).toBe('{}');
      await chunksOf((await model.doStream(question)).stream);
      expect(asked()).toBe(2);
    });
  });

  test('the two forms at the same time are two calls', async () => {
    await withModel(chat(said('Rivers')), { crossMode: true }, async ({ whole, stream, asked }) => {
      const [one, other] = await Promise.all([whole(), stream()]);
      expect(one.text).toBe(other.text);
      expect(asked()).toBe(2);
    });
  });

  test('an answer of the other form is a hit, without the fields that belong to the first request', async () => {
    await withModel(chat(said('Rivers')), { crossMode: true }, async ({ model }) => {
      const question: LanguageModelV4CallOptions = {
        prompt: [{ role: 'user', content: [{ type: 'text', text: prompt }] }],
      };
      await model.doGenerate(question);
      const { stream, request, response } = await model.doStream(question);
      expect(stream).toBeInstanceOf(ReadableStream);
      expect(request).toBeUndefined();
      expect(response?.headers).toEqual({ 'x-cached-llm': 'hit', age: '0' });
      expect((await chunksOf(stream)).map(({ type }) => type)).toEqual([
        'stream-start',
        'response-metadata',
        'text-start',
        'text-delta',
        'text-end',
        'finish',
      ]);
    });
  });

  test('a call that offers a hosted tool is answered as without crossMode', async () => {
    const options = { crossMode: true, admit: { 'hosted-tool': true } };
    await withModel(chat(said('Rivers')), options, async ({ model, asked }) => {
      const question: LanguageModelV4CallOptions = {
        prompt: [{ role: 'user', content: [{ type: 'text', text: prompt }] }],
        tools: [{ type: 'provider', id: 'openai.web_search', name: 'web_search', args: {} }],
      };
      await model.doGenerate(question);
      await chunksOf((await model.doStream(question)).stream);
      expect(asked()).toBe(2);
    });
  });
});

test('without crossMode neither form answers the other', async () => {
  await withModel(chat(said('Rivers')), {}, async ({ whole, stream, asked }) => {
    await whole();
    await stream();
    await whole();
    await stream();
    expect(asked()).toBe(2);
  });
});

const counted = { inputTokens: { total: 1 }, outputTokens: { total: 1 } };
const finishReason = { unified: 'stop', raw: 'stop' };
const text = { type: 'text', text: 'Hi' };
const signed = { providerMetadata: { some: { signature: 'c2ln' } } };
const resultOf = (content: readonly object[], rest: object = {}): Fields => ({
  content,
  finishReason,
  usage: counted,
  warnings: [{ type: 'other', message: 'Slow.' }],
  response: { id: 'a', modelId: 'b', timestamp: new Date(0) },
  ...rest,
});

describe('a plain answer', () => {
  test.each<[string, Fields]>([
    ['signed thoughts', resultOf([{ type: 'reasoning', text: 'Hm.', ...signed }, text])],
    ['bytes', resultOf([{ type: 'file', mediaType: 'a/b', data: new Uint8Array([1, 2]) }])],
    [
      'a file of thoughts',
      resultOf([{ type: 'reasoning-file', mediaType: 'a/b', data: {} }, text]),
    ],
    ['a document', resultOf([text, { type: 'source', sourceType: 'document', id: '1' }])],
    ['a part that only one provider has', resultOf([text, { type: 'custom', kind: 'some.thing' }])],
    ['citations', resultOf([{ ...text, citations: [{ citedText: 'H' }] }])],
    ['undefined metadata', resultOf([{ ...text, providerMetadata: undefined }])],
    [
      'a call without arguments',
      resultOf([{ type: 'tool-call', toolCallId: '1', toolName: 'now', input: '' }]),
    ],
    ['metadata', resultOf([text], { providerMetadata: { some: { a: 1 } } })],
  ])('is disassembled and assembled again without a change: %s', (_name, value) => {
    const chunks = cross.chunksOf({ kind: 'response', value }, {});
    expect(cross.wholeOf({ kind: 'stream', value: chunks })).toStrictEqual(value);
  });

  test.each<[string, Fields]>([
    ['thoughts without metadata', resultOf([{ type: 'reasoning', text: 'Hm.' }, text])],
    ['an empty text', resultOf([text, { type: 'text', text: '' }])],
    ['a hosted call', resultOf([{ type: 'tool-call', toolCallId: '1', providerExecuted: true }])],
    ['a web page', resultOf([text, { type: 'source', sourceType: 'url' }])],
    ['a part of another version', resultOf([text, { type: 'song' }])],
    ['a field of another version', resultOf([{ ...text, mood: 'calm' }])],
    ['a result of another version', resultOf([text], { mood: 'calm' })],
    ['no usage', resultOf([text], { usage: {} })],
    ['no response', resultOf([text], { response: undefined })],
  ])('has no stream where it has %s', (_name, value) => {
    expect(() => cross.chunksOf({ kind: 'response', value }, {})).toThrow();
  });
});

describe('a stream', () => {
  const start = { type: 'stream-start', warnings: [] };
  const metadata = { type: 'response-metadata', id: 'a' };
  const finish = { type: 'finish', finishReason, usage: counted };
  const block = (id: string, rest: object = {}) => [
    { type: 'text-start', id },
    { type: 'text-delta', id, delta: 'Hi' },
    { type: 'text-end', id, ...rest },
  ];
  const around = (...parts: readonly object[]) => [start, metadata, ...parts, finish];

  test.each<[string, readonly object[], readonly object[]]>([
    [
      'metadata at any place',
      around({ type: 'ping' }, ...block('0', signed)),
      [{ ...text, ...signed }],
    ],
    [
      'metadata in a piece',
      around(
        { type: 'reasoning-start', id: '0' },
        { type: 'reasoning-delta', id: '0', delta: 'Hm.' },
        { type: 'reasoning-delta', id: '0', delta: '', ...signed },
        { type: 'reasoning-end', id: '0' },
        ...block('1'),
      ),
      [{ type: 'reasoning', text: 'Hm.', ...signed }, text],
    ],
  ])('makes a plain answer: %s', (_name, value, content) => {
    const { warnings: _none, response: _id, ...whole } = cross.wholeOf({ kind: 'stream', value });
    expect(whole).toStrictEqual({ content, finishReason, usage: counted });
  });

  test.each<[string, readonly object[]]>([
    ['breaks off', around(...block('0')).slice(0, -1)],
    ['has a block without an end', around(...block('0').slice(0, -1))],
    ['has a block without a beginning', around(...block('0'), ...block('1').slice(1))],
    ['has two blocks with one id', around(...block('0'), ...block('0'))],
    [
      'begins a tool call and does not finish it',
      around(
        ...block('0'),
        { type: 'tool-input-start', id: 'a' },
        { type: 'tool-input-end', id: 'a' },
      ),
    ],
    ['has an error', around({ type: 'error', error: 'no' }, ...block('0'))],
    ['has a part of another version', around({ type: 'song' }, ...block('0'))],
    ['has a field of another version', around(...block('0', { mood: 'calm' }))],
    ['has two answers', around(metadata, ...block('0'))],
    ['has no answer', [start, ...block('0'), finish]],
    [
      'has metadata at the start of a block and not at its end',
      around({ ...block('0')[0], ...signed }, ...block('0', { providerMetadata: {} }).slice(1)),
    ],
  ])('makes no plain answer where it %s', (_name, value) => {
    expect(() => cross.wholeOf({ kind: 'stream', value })).toThrow();
  });
});
