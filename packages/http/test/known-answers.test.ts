import type { ExchangeResponse } from '@cached-llm/testing';
import { describe, expect, test } from '@jest/globals';
import { chatEvents, jsonPost, question, sse, type WireOptions, withWire } from './wire.ts';

interface Asked extends Pick<WireOptions, 'fetching'> {
  readonly path: string;
  readonly body?: object;
}

/** Asks twice. Returns how many requests came to the server, and why the first answer was not stored. */
async function requestsFor(
  { path, body = question, fetching = {} }: Asked,
  answer: ExchangeResponse,
) {
  const seen: { count?: number; reason?: unknown } = {};
  const options = { answer: () => answer, fetching };
  await withWire(options, async ({ fetch, server, cache }) => {
    cache.on('not-admitted', ({ reason }) => {
      seen.reason ??= reason;
    });
    for (const _turn of [1, 2]) {
      await (await fetch(`${server.url}${path}`, jsonPost(body))).text();
    }
    seen.count = server.count;
  });
  return seen;
}

const CHAT = '/v1/chat/completions';
const two = { model: 'm', input: ['a', 'b'] };
const ranked = { query: 'q', documents: ['a', 'b', 'c'] };
const gemini = (text: string, finishReason?: string) => ({
  candidates: [{ content: { parts: [{ text }] }, ...(finishReason && { finishReason }) }],
});
const claude = (content: unknown, stop_reason: unknown = 'end_turn') => ({
  type: 'message',
  content,
  stop_reason,
});
const call = (args: string) => [
  { id: 'c', type: 'function', function: { name: 'f', arguments: args } },
];
const chat = (message: object, finish_reason: unknown = 'stop') => ({
  choices: [{ index: 0, message, finish_reason }],
});
const response = (output: unknown, status = 'completed') => ({
  object: 'response',
  status,
  output,
});
const said = [{ type: 'message', content: [{ type: 'output_text', text: 'Hi' }] }];
const text = [{ type: 'text', text: 'Hi' }];

describe('an answer that a provider made with tools of its own is not stored', () => {
  const text = (said: string) => [{ type: 'text', text: said }];
  const responses = response([{ type: 'message', role: 'assistant', content: text('Hi') }]);
  const contents = [{ parts: [{ text: 'Hi' }] }];

  test.each<[string, string, object, object, ExchangeResponse['body']]>([
    [
      'web search',
      '/v1/responses',
      { input: 'Hi' },
      { tools: [{ type: 'web_search' }] },
      responses,
    ],
    ['a model that searches', CHAT, question, { model: 'sonar' }, chat({ content: 'Hi' })],
    ['a sandbox', '/v1/messages', question, { container: { skills: [] } }, claude(text('Hi'))],
    [
      'search of Google',
      '/v1beta/models/gemini-x:generateContent',
      { contents },
      { tools: [{ google_search: {} }] },
      gemini('Hi', 'STOP'),
    ],
  ])('%s', async (_what, path, body, hosted, answer) => {
    const asked = { ...body, ...hosted };
    const refused = { count: 2, reason: 'hosted-tool' };
    expect(await requestsFor({ path, body: asked }, { body: answer })).toEqual(refused);
    expect(await requestsFor({ path, body }, { body: answer })).toEqual({ count: 1 });
  });

  test('and is asked for each time where the provider holds a prompt that changes', async () => {
    const asked = { path: '/v1/responses', body: { input: 'Hi', prompt: { id: 'p' } } };
    expect(await requestsFor(asked, { body: responses })).toEqual({ count: 2 });
  });
});

describe('without an adapter, an answer is stored whose form is known and whose end is good:', () => {
  test.each<[string, string, object | undefined, unknown]>([
    ['a text', CHAT, undefined, chat({ content: 'Hi' })],
    ['a call', CHAT, undefined, chat({ content: null, tool_calls: call('{}') }, 'tool_calls')],
    [
      'a completion',
      '/v1/completions',
      undefined,
      { choices: [{ text: 'a', finish_reason: 'stop' }] },
    ],
    ['Anthropic', '/v1/messages', undefined, claude(text)],
    ['the Responses API', '/v1/responses', { input: 'q' }, response(said)],
    ['Gemini', '/models/g:generateContent', {}, gemini('Hi', 'STOP')],
    ['Gemini as a list', '/models/g:streamGenerateContent', {}, [gemini('H'), gemini('i', 'STOP')]],
    [
      'Ollama',
      '/api/chat',
      undefined,
      { message: { content: 'Hi' }, done: true, done_reason: 'stop' },
    ],
    ['Cohere', '/v2/chat', undefined, { finish_reason: 'COMPLETE', message: { content: text } }],
    [
      'Converse',
      '/model/m/converse',
      {},
      { output: { message: { content: [{ text: 'Hi' }] } }, stopReason: 'end_turn' },
    ],
    ['TGI', '/generate', { inputs: 'q' }, { generated_text: 'Hi' }],
    [
      'TGI as a list',
      '/generate',
      { inputs: 'q' },
      [{ generated_text: 'Hi', details: { finish_reason: 'eos_token' } }],
    ],
    [
      'llama.cpp',
      '/completion',
      { prompt: 'q' },
      { content: 'Hi', stop: true, stop_type: 'eos', truncated: false },
    ],
    [
      'Titan',
      '/model/m/invoke',
      {},
      { results: [{ outputText: 'Hi', completionReason: 'FINISH' }] },
    ],
    [
      'AI21',
      '/model/m/invoke',
      {},
      { completions: [{ data: { text: 'Hi' }, finishReason: { reason: 'endoftext' } }] },
    ],
    ['Llama', '/model/m/invoke', {}, { generation: 'Hi', stop_reason: 'stop' }],
    [
      'watsonx',
      '/ml/v1/text/generation',
      {},
      { results: [{ generated_text: 'Hi', stop_reason: 'eos_token' }] },
    ],
    ['a picture', '/model/m/invoke', {}, { images: ['aGk='], error: null }],
    [
      'vectors',
      '/v1/embeddings',
      two,
      {
        data: [
          { index: 0, embedding: [1] },
          { index: 1, embedding: [2] },
        ],
      },
    ],
    ['base64', '/v1/embeddings', { input: 'a' }, { data: [{ index: 0, embedding: 'AACAPw==' }] }],
    [
      'TEI',
      '/embed',
      { inputs: ['a', 'b'] },
      [
        [1, 2],
        [3, 4],
      ],
    ],
    [
      'Cohere by type',
      '/v2/embed',
      { texts: ['a'] },
      { embeddings: { float: [[1, 2]], int8: [[1, 2]] } },
    ],
    ['Ollama vectors', '/api/embed', two, { embeddings: [[1], [2]] }],
    [
      'Gemini vectors',
      '/models/g:batchEmbedContents',
      { requests: [{}] },
      { embeddings: [{ values: [1] }] },
    ],
    ['llama.cpp vectors', '/embedding', { content: 'a' }, [{ index: 0, embedding: [[1, 2]] }]],
    [
      'a ranking',
      '/v2/rerank',
      { ...ranked, top_n: 1 },
      { results: [{ index: 2, relevance_score: 0.9 }] },
    ],
    ['a ranking of TEI', '/rerank', { query: 'q', texts: ['a'] }, [{ index: 0, score: 0.9 }]],
  ])('%s', async (_name, path, body, answer) => {
    const asked = { path, ...(body && { body }) };
    expect(await requestsFor(asked, { body: answer })).toEqual({ count: 1 });
  });
});

describe('without an adapter, an answer is not stored that is', () => {
  test.each<[string, unknown, string]>([
    ['a code with a message', { code: 429, msg: 'rate limit' }, 'error'],
    ['a detail', { detail: 'Too many requests' }, 'incomplete'],
    ['a message', { message: 'overloaded' }, 'incomplete'],
    ['a list of errors', { errors: [{ message: 'x' }] }, 'error'],
    ['no success', { success: false, result: null }, 'error'],
    ["MiniMax's error", { choices: null, base_resp: { status_code: 1002 } }, 'error'],
    ["Baidu's error", { error_code: 18, error_msg: 'limit' }, 'error'],
    ['an empty record', {}, 'incomplete'],
    ['an empty list', [], 'incomplete'],
    ['null', null, 'empty'],
    ['no choice', { choices: [] }, 'incomplete'],
    ['a choice without an end', chat({ content: 'half' }, null), 'incomplete'],
    ['a choice without a content', chat({ content: null }), 'empty'],
    ['a choice without a message', { choices: [{ finish_reason: 'stop' }] }, 'empty'],
    ['a torn call', chat({ tool_calls: call('{"a') }, 'tool_calls'), 'malformed'],
    ['Gemini without a candidate', { usageMetadata: {} }, 'incomplete'],
    ['Gemini cut, as a list', [gemini('a'), gemini('b', 'MAX_TOKENS')], 'truncated'],
    ['Anthropic without an end', claude(text, null), 'incomplete'],
    ['Anthropic without a content', claude([]), 'empty'],
    ['Responses without output', response([]), 'empty'],
    ['Ollama that is not done', { message: { content: 'half' }, done: false }, 'incomplete'],
    [
      'TGI at its limit',
      { generated_text: 'half', details: { finish_reason: 'length' } },
      'truncated',
    ],
    ['llama.cpp at its limit', { content: 'half', stop: true, stopped_limit: true }, 'truncated'],
    [
      'Titan at its limit',
      { results: [{ outputText: 'half', completionReason: 'LENGTH' }] },
      'truncated',
    ],
    [
      'AI21 at its limit',
      { completions: [{ data: { text: 'half' }, finishReason: { reason: 'length' } }] },
      'truncated',
    ],
    [
      'a picture that was held back',
      { images: ['aGk='], finish_reasons: ['Filter reason: prompt'] },
      'filtered',
    ],
  ])('%s', async (_name, answer, reason) => {
    expect(
      await requestsFor({ path: CHAT }, { kind: 'json', body: JSON.stringify(answer) }),
    ).toEqual({ count: 2, reason });
  });

  test.each<[string, object, unknown]>([
    [
      'vectors of one place',
      two,
      {
        data: [
          { index: 0, embedding: [1] },
          { index: 0, embedding: [2] },
        ],
      },
    ],
    ['no vectors', two, { data: null }],
    ['items without vectors', two, { data: [{ index: 0 }, { index: 1 }] }],
    ['TEI, one of two', { inputs: ['a', 'b'] }, [[1, 2]]],
    ['TEI, nulls', { inputs: ['a'] }, [[null, null]]],
    ['TEI, zeros', { inputs: ['a'] }, [[0, 0]]],
    ['Cohere, one of two', { texts: ['a', 'b'] }, { embeddings: { float: [[1, 2]] } }],
    ['a ranking of one of three', ranked, { results: [{ index: 0, relevance_score: 0.9 }] }],
    [
      'TEI, a ranking of one of three',
      { query: 'q', texts: ['a', 'b', 'c'] },
      [{ index: 0, score: 0.9 }],
    ],
  ])('%s', async (_name, body, answer) => {
    const seen = await requestsFor({ path: '/v1/embeddings', body }, { body: answer });
    expect(seen).toEqual({ count: 2, reason: 'incomplete' });
  });

  test('an empty ranking', async () => {
    const seen = await requestsFor({ path: '/v2/rerank', body: ranked }, { body: { results: [] } });
    expect(seen).toEqual({ count: 2, reason: 'empty' });
  });
});

const piece = (delta: object, finish_reason: string | null = null) => ({
  choices: [{ index: 0, delta, finish_reason }],
});
const torn = (args: string) => ({
  tool_calls: [{ index: 0, function: { name: 'f', arguments: args } }],
});
const start = { type: 'message_start', message: { content: [] } };
const block = { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } };
const delta = { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'Hi' } };
const tool = { ...block, content_block: { type: 'tool_use', id: 't', name: 'f', input: {} } };
const input = (partial_json: string) => ({
  ...delta,
  delta: { type: 'input_json_delta', partial_json },
});
const end = (stop_reason: string) => ({ type: 'message_delta', delta: { stop_reason } });
const stop = { type: 'message_stop' };
const cohere = [
  { type: 'message-start', delta: { message: { role: 'assistant', content: [] } } },
  { type: 'content-start', index: 0, delta: { message: { content: { type: 'text', text: '' } } } },
  { type: 'content-delta', index: 0, delta: { message: { content: { text: 'Hi' } } } },
  { type: 'message-end', delta: { finish_reason: 'COMPLETE' } },
];

describe('without an adapter, a stream', () => {
  test.each<[string, readonly unknown[]]>([
    ['of a chat', chatEvents],
    ['of a call', [piece(torn('{"a"')), piece(torn(':1}'), 'tool_calls'), '[DONE]']],
    ['of Anthropic', [start, block, delta, end('end_turn'), stop]],
    ["of Anthropic's call", [start, tool, input('{"a":'), input('1}'), end('tool_use'), stop]],
    ['of the Responses API', [{ type: 'response.completed', response: response(said) }]],
    ['of Cohere', cohere],
  ])('%s is stored', async (_name, events) => {
    expect(await requestsFor({ path: CHAT }, sse(events))).toEqual({ count: 1 });
  });

  test.each<[string, readonly unknown[], string]>([
    ['with its end alone', ['[DONE]'], 'unfinished'],
    ['of a text that is no record', ['upstream timeout', '[DONE]'], 'unfinished'],
    ['with an error of another form', [{ code: 429, msg: 'rate' }, '[DONE]'], 'error'],
    ['of Anthropic without a reason', [start, block, delta, stop], 'incomplete'],
    ['of Anthropic that is empty', [start, end('end_turn'), stop], 'empty'],
    [
      'with a torn call of Anthropic',
      [start, tool, input('{"a":'), end('tool_use'), stop],
      'malformed',
    ],
    ['that is empty', [piece({}), piece({}, 'stop'), '[DONE]'], 'empty'],
    ['of thoughts', [piece({ reasoning_content: 'Hm' }), piece({}, 'stop'), '[DONE]'], 'empty'],
    ['with a torn call', [piece(torn('{"a"')), piece({}, 'tool_calls'), '[DONE]'], 'malformed'],
    [
      'with a choice without its end',
      [
        { choices: [{ index: 1, delta: { content: 'b' } }] },
        piece({ content: 'a' }, 'stop'),
        '[DONE]',
      ],
      'unfinished',
    ],
  ])('%s is not stored', async (_name, events, reason) => {
    expect(await requestsFor({ path: CHAT }, sse(events))).toEqual({ count: 2, reason });
  });

  test('of torn JSON is not stored where JSON was asked for', async () => {
    const body = { ...question, stream: true, response_format: { type: 'json_object' } };
    const events = [piece({ content: '{"a":' }), piece({}, 'stop'), '[DONE]'];
    const seen = await requestsFor({ path: CHAT, body }, sse(events));
    expect(seen).toEqual({ count: 2, reason: 'malformed' });
  });
});

describe('an endpoint that the user names', () => {
  const asked = { path: '/v1/mine', fetching: { endpoints: ['/v1/mine'] } };

  test('may answer in any form', async () => {
    expect(await requestsFor(asked, { body: { verdict: 7 } })).toEqual({ count: 1 });
  });

  test('may not fail', async () => {
    const seen = await requestsFor(asked, { body: { success: false } });
    expect(seen).toEqual({ count: 2, reason: 'error' });
  });
});
