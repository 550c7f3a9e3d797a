import { cachedOpenAI, openai } from '@cached-llm/openai';
import { adapterConformance, demoExchanges, type ExchangeResponse } from '@cached-llm/testing';
import { describe, expect, test } from '@jest/globals';
import { OpenAI } from 'openai';

type Request = OpenAI.ChatCompletionCreateParamsNonStreaming;

const { whyIsTheSeaSalty, streamedChat, truncatedByLength, refusal, errorUnderStatus200 } =
  demoExchanges;

const { stream: _asked, ...streamedRequest } = streamedChat.request;

const piece = (delta: object, finish_reason: string | null = null) => ({
  id: 'chatcmpl-1',
  object: 'chat.completion.chunk',
  choices: [{ index: 0, delta, finish_reason }],
});
const answer = (message: object, finish_reason = 'stop'): ExchangeResponse => ({
  body: { object: 'chat.completion', choices: [{ index: 0, message, finish_reason }] },
});
const sse = (...body: unknown[]): ExchangeResponse => ({ kind: 'sse', body: [...body, '[DONE]'] });

const lacking = adapterConformance<Request>(
  { describe, test, expect },
  {
    name: 'openai',
    open({ url, cache, apiKey, headers }) {
      const baseURL = `${url}/v1`;
      const client = new OpenAI({ apiKey, baseURL, maxRetries: 0, defaultHeaders: headers });
      const { completions } = cachedOpenAI(client, { cache }).chat;
      return {
        ask: (request) => completions.create(request),
        stream: (request, signal) => completions.create({ ...request, stream: true }, { signal }),
      };
    },
    plain: whyIsTheSeaSalty,
    streamed: { ...streamedChat, request: streamedRequest },
    inspect: (response: OpenAI.ChatCompletion) => Object.hasOwn(response, '_request_id'),
    wrapper: {
      wrap: cachedOpenAI,
      wrongClients: { 'a class': OpenAI, 'another object': { chat: {} } },
      remedy: 'new OpenAI()',
    },
    functions: {
      adapter: openai,
      usage: { inputTokens: 17, outputTokens: 26, cacheReadTokens: 0 },
    },
    nearMisses: {
      'another model': (request) => ({ ...request, model: 'gpt-4.1' }),
      'another temperature': (request) => ({ ...request, temperature: 0.01 }),
      'a seed': (request) => ({ ...request, seed: 1 }),
      'a limit': (request) => ({ ...request, max_completion_tokens: 9 }),
      'the limit by its old name': (request) => ({ ...request, max_tokens: 9 }),
      'a system prompt': ({ messages, ...request }) => ({
        ...request,
        messages: [{ role: 'system', content: 'Be brief.' }, ...messages],
      }),
      'a developer prompt': ({ messages, ...request }) => ({
        ...request,
        messages: [{ role: 'developer', content: 'Be brief.' }, ...messages],
      }),
      'JSON asked for': (request) => ({ ...request, response_format: { type: 'json_object' } }),
      'a tool': (request) => ({
        ...request,
        tools: [{ type: 'function', function: { name: 'now' } }],
      }),
      'another tool': (request) => ({
        ...request,
        tools: [{ type: 'function', function: { name: 'today' } }],
      }),
      'an unknown field': (request) => ({ ...request, brand_new: null }),
    },
    neutral: {
      'a temperature equal to two decimals': (request) => ({ ...request, temperature: 0.0000001 }),
    },
    unfit: {
      'cut off at the limit': truncatedByLength.response,
      refused: refusal.response,
      filtered: answer({ content: 'The' }, 'content_filter'),
      empty: answer({ content: '' }),
      'without choices': { body: { object: 'chat.completion', choices: [] } },
      'an error under status 200': errorUnderStatus200.response,
    },
    unfitStreams: {
      'cut off at the limit': sse(piece({ content: 'The first' }), piece({}, 'length')),
      filtered: sse(piece({ content: 'The' }), piece({}, 'content_filter')),
      refused: sse(piece({ refusal: 'I cannot.' }), piece({}, 'stop')),
      empty: sse(piece({}, 'stop')),
      'an error in the middle': sse(piece({ content: 'The' }), { error: { message: 'Down.' } }),
      'without an end': sse(piece({ content: 'The' })),
    },
  },
);

test('openai has every capability of the suite', () => {
  expect(lacking).toEqual([]);
});
