import { chunksOf, type ExchangeResponse } from '@cached-llm/testing';
import { describe, expect, test } from '@jest/globals';
import type { OpenAI } from 'openai';
import { withWire } from './wire.ts';

type Chat = OpenAI.ChatCompletionCreateParamsNonStreaming;
type Fields = Readonly<Record<string, unknown>>;
type Case = readonly [string, string, ExchangeResponse, Partial<Chat>?];

const question: Chat = { model: 'test', messages: [{ role: 'user', content: 'Hi' }] };
const json: Partial<Chat> = { response_format: { type: 'json_object' } };
const weather = {
  type: 'function' as const,
  function: { name: 'weather', parameters: { type: 'object', required: ['city'] } },
};

const choice = (message: Fields, finish_reason = 'stop', rest: Fields = {}) => ({
  ...{ index: 0, message: { role: 'assistant', content: null, ...message }, finish_reason },
  ...rest,
});
const answer = (...choices: Fields[]): ExchangeResponse => ({
  body: { id: 'c', object: 'chat.completion', choices },
});
const piece = (delta: Fields, finish_reason: string | null = null, id = 'c') => ({
  ...{ id, object: 'chat.completion.chunk', choices: [{ index: 0, delta, finish_reason }] },
});
const sse = (...events: unknown[]): ExchangeResponse => ({ kind: 'sse', body: events });
const call = (text: string, name = 'weather') => ({
  ...{ index: 0, id: 'call_1', type: 'function', function: { name, arguments: text } },
});

const schema = { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] };
const strict = {
  response_format: {
    type: 'json_schema' as const,
    json_schema: { name: 'a', strict: true, schema },
  },
};

const text = { type: 'text', text: 'Here.' };
const picture = { type: 'image_url', image_url: { url: 'data:image/png;base64,AA' } };
const signed = 'https://bucket.s3.amazonaws.com/a.png?X-Amz-Expires=60&X-Amz-Signature=0a';

const WHOLE: readonly Case[] = [
  ['a torn JSON', 'malformed', answer(choice({ content: '{"a": "Par' })), json],
  ['JSON in a fence', 'malformed', answer(choice({ content: '```json\n{}\n```' })), json],
  ['prose for JSON', 'malformed', answer(choice({ content: 'Here you are.' })), json],
  [
    'one of two choices that is torn',
    'malformed',
    answer(choice({ content: '{}' }), choice({ content: '{' }, 'stop', { index: 1 })),
    { ...json, n: 2 },
  ],
  [
    'a refusal in the place of a schema',
    'refusal',
    answer(choice({ refusal: 'I cannot.' })),
    { response_format: { type: 'json_schema', json_schema: { name: 'a', schema: {} } } },
  ],
  ['JSON without a field that is required', 'malformed', answer(choice({ content: '{}' })), strict],
  ['JSON of another type', 'malformed', answer(choice({ content: '["Paris"]' })), strict],
  [
    'a picture of OpenRouter',
    'incomplete',
    answer(choice({ content: 'Here.', images: [picture] })),
  ],
  ['a picture in its parts', 'incomplete', answer(choice({ content: [text, picture] }))],
  [
    'a signed link',
    'incomplete',
    answer(choice({ content: [text, { type: 'file', url: signed }] })),
  ],
  [
    'a sound whose id expires',
    'incomplete',
    answer(choice({ audio: { id: 'a', data: 'UklG', expires_at: 1 } })),
  ],
  [
    'found on the web',
    'hosted-tool',
    answer(choice({ content: 'Hi' })),
    { model: 'gpt-5-search-api' },
  ],
  [
    'made by a model of Groq that runs code',
    'hosted-tool',
    answer(choice({ content: 'Hi' })),
    { model: 'groq/compound' },
  ],
  [
    'found by a tool that Groq ran',
    'hosted-tool',
    answer(choice({ content: 'Hi', executed_tools: [{ type: 'search' }] })),
  ],
  [
    'found by a tool in a namespace',
    'hosted-tool',
    answer(choice({ content: 'Hi' })),
    { tools: [{ type: 'namespace', tools: [{ type: 'web_search' }] }] as never },
  ],
  ['found by Perplexity', 'hosted-tool', answer(choice({ content: 'Hi' })), { model: 'sonar-pro' }],
  ['torn arguments', 'malformed', answer(choice({ tool_calls: [call('{"city')] }, 'tool_calls'))],
  [
    'no arguments for a tool that needs some',
    'malformed',
    answer(choice({ tool_calls: [call('')] }, 'tool_calls')),
    { tools: [weather] },
  ],
  ['a call without a name', 'malformed', answer(choice({ tool_calls: [call('{}', '')] }))],
  [
    'the second of two calls torn',
    'malformed',
    answer(choice({ tool_calls: [call('{}'), call('{')] }, 'tool_calls')),
  ],
  [
    'a torn function_call',
    'malformed',
    answer(choice({ function_call: { name: 'f', arguments: '{"a' } }, 'function_call')),
  ],
  ['tool_calls without a call', 'malformed', answer(choice({ content: 'Let me…' }, 'tool_calls'))],
  ['white space', 'empty', answer(choice({ content: '\n \u200b' }))],
  ['empty parts', 'empty', answer(choice({ content: [{ type: 'text', text: '' }] }))],
  ['thoughts alone', 'empty', answer(choice({ content: '', reasoning_content: 'Hm.' }))],
  ['thoughts alone in the text', 'empty', answer(choice({ content: '<think>Hm.</think>\n' }))],
  ['sound without any', 'empty', answer(choice({ audio: { id: 'a', data: '', expires_at: 1 } }))],
  ['a blank completion', 'empty', answer({ index: 0, text: '\n', finish_reason: 'stop' })],
  [
    'an error beside stop',
    'error',
    answer(choice({ content: 'Hal' }, 'stop', { error: { code: 502 } })),
  ],
  [
    'a gateway that says stop, and its provider another word',
    'truncated',
    answer(choice({ content: 'Hal' }, 'stop', { native_finish_reason: 'MAX_TOKENS' })),
  ],
  [
    'the data of Azure',
    'hosted-tool',
    answer(choice({ content: 'Yes', context: { citations: [] } })),
  ],
  ['an error of another form', 'incomplete', { body: { message: 'busy', object: 'error' } }],
  ['half a body', 'unreadable', { kind: 'json', body: '{"choices": [' }],
];

const STREAMS: readonly Case[] = [
  [
    'a torn JSON',
    'malformed',
    sse(piece({ content: '{"a' }), piece({ content: '": ' }, 'stop'), '[DONE]'),
    json,
  ],
  [
    'arguments that end too early',
    'malformed',
    sse(
      piece({ tool_calls: [call('{"ci')] }),
      piece({ tool_calls: [{ index: 0, function: { arguments: 'ty": ' } }] }),
      piece({}, 'tool_calls'),
      '[DONE]',
    ),
  ],
  ['thoughts alone', 'empty', sse(piece({ reasoning_content: 'Hm' }), piece({}, 'stop'), '[DONE]')],
  [
    'two answers in one',
    'unfinished',
    sse(
      ...[piece({ content: 'A' }), piece({ content: 'b' })],
      ...[piece({ content: 'A' }, null, 'd'), piece({}, 'stop', 'd'), '[DONE]'],
    ),
  ],
  [
    'a text after its end',
    'unfinished',
    sse(piece({ content: 'A' }, 'stop'), piece({ content: 'b' }, 'stop'), '[DONE]'),
  ],
  [
    'an error in a choice, before a good end',
    'error',
    sse(
      { id: 'c', choices: [{ index: 0, delta: { content: 'A' }, error: { code: 502 } }] },
      ...[piece({}, 'stop'), '[DONE]'],
    ),
  ],
];

const rejectionsOf = async ([, , response, more]: Case, isStreamed: boolean) => {
  let rejections: unknown[] = [];
  await withWire({ answer: () => response }, async ({ client, server, story, events }) => {
    const request = { ...question, ...more };
    for (const _round of [1, 2]) {
      const asked = isStreamed
        ? client.chat.completions.create({ ...request, stream: true }).then(chunksOf)
        : client.chat.completions.create(request);
      await asked.catch(() => {});
    }
    expect([server.count, ...story]).toEqual([2, 'miss', 'not-admitted', 'miss', 'not-admitted']);
    rejections = events.flatMap((event) => ('reason' in event ? [event.reason] : []));
  });
  return rejections;
};

describe('an answer is returned and not stored that is', () => {
  test.each(WHOLE)('%s: %s', async (...given) => {
    expect(await rejectionsOf(given, false)).toEqual([given[1], given[1]]);
  });

  test.each(STREAMS)('a stream of %s: %s', async (...given) => {
    expect(await rejectionsOf(given, true)).toEqual([given[1], given[1]]);
  });
});

// `more` has a default: Jest takes a parameter that a row has no value for as a callback.
describe('an answer is stored that is', () => {
  const calls = [call('{"city":"Paris"}'), call('{}', 'now'), call('', 'now')];
  test.each<[string, ExchangeResponse, Partial<Chat>?]>([
    ['the JSON that was asked for', answer(choice({ content: ' {"a": 1}\n' })), json],
    ['the JSON of the schema', answer(choice({ content: '{"city":"Paris"}' })), strict],
    [
      'JSON that a schema does not bind',
      answer(choice({ content: '{}' })),
      { response_format: { type: 'json_schema', json_schema: { name: 'a', schema } } },
    ],
    ['several calls', answer(choice({ tool_calls: calls }, 'tool_calls')), { tools: [weather] }],
    ['a call, under the reason stop', answer(choice({ tool_calls: [call('{}')] })), json],
    [
      'a call of a tool with a grammar',
      answer(choice({ tool_calls: [{ custom: { name: 'sql', input: 'x' } }] })),
    ],
    ['an answer after its thoughts', answer(choice({ content: '<think>Hm</think>{"a":1}' })), json],
    ['sound', answer(choice({ audio: { id: 'a', data: 'UklG', transcript: 'Hi' } }))],
    ['a text of TGI', answer(choice({ content: 'Hi' }, 'eos_token'))],
    ['a text of Together', answer(choice({ content: 'Hi' }, 'eos'))],
    [
      'a text of vLLM, with the token where it stopped',
      answer(choice({ content: 'Hi' }, 'stop', { stop_reason: 128009 })),
    ],
    [
      'a text with log probabilities',
      answer(choice({ content: 'Hi' }, 'stop', { logprobs: { content: [] } })),
    ],
  ])('%s', async (_name, response, more = {}) => {
    await withWire({ answer: () => response }, async ({ client, story }) => {
      for (const _round of [1, 2]) await client.chat.completions.create({ ...question, ...more });
      expect(story).toEqual(['miss', 'stored', 'hit']);
    });
  });
});

describe('a response of the Responses API is not stored that is', () => {
  const message = (text: string, rest: Fields = {}) => ({
    ...{ type: 'message', role: 'assistant', status: 'completed', ...rest },
    content: [{ type: 'output_text', text, annotations: [] }],
  });
  const format = { format: { type: 'json_object' as const } };
  test.each<
    [string, string, Fields[], Partial<OpenAI.Responses.ResponseCreateParamsNonStreaming>?]
  >([
    ['a torn JSON', 'malformed', [message('{"a')], { text: format }],
    ['thoughts alone', 'empty', [{ type: 'reasoning', id: 'r', summary: [] }]],
    ['a search and no text', 'empty', [{ type: 'web_search_call', status: 'completed' }]],
    ['an item that is not finished', 'incomplete', [message('Hal', { status: 'incomplete' })]],
    ['an item that failed', 'incomplete', [message('Hal', { status: 'failed' })]],
    ['torn arguments', 'malformed', [{ type: 'function_call', name: 'f', arguments: '{"a' }]],
    ['made with files', 'hosted-tool', [{ type: 'file_search_call' }, message('Yes')]],
  ])('%s: %s', async (_name, reason, output, more = {}) => {
    const body = { id: 'r', object: 'response', status: 'completed', output };
    await withWire({ answer: () => ({ body }) }, async ({ client, story, events }) => {
      for (const _round of [1, 2]) {
        await client.responses.create({ model: 'test', input: 'Hi', ...more });
      }
      expect(story).toEqual(['miss', 'not-admitted', 'miss', 'not-admitted']);
      expect(events[1]).toMatchObject({ reason });
    });
  });
});
