import Anthropic from '@anthropic-ai/sdk';
import { anthropic, cachedAnthropic } from '@cached-llm/anthropic';
import { adapterConformance } from '@cached-llm/testing';
import { describe, expect, test } from '@jest/globals';
import { type Event, events, json, message, question, sse } from './wire.ts';

type Request = Anthropic.MessageCreateParamsNonStreaming;

const without = (type: string): readonly Event[] => events().filter((event) => event.type !== type);
const failure = { type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } };

const picture = (data: string) => ({
  role: 'user' as const,
  content: [
    {
      type: 'image' as const,
      source: { type: 'base64' as const, media_type: 'image/png' as const, data },
    },
  ],
});

const lacking = adapterConformance<Request>(
  { describe, test, expect },
  {
    name: 'anthropic',
    open({ url, cache, apiKey, headers }) {
      const own = { apiKey, baseURL: url, maxRetries: 0, defaultHeaders: headers };
      const { messages } = cachedAnthropic(new Anthropic(own), { cache });
      return {
        ask: (request) => messages.create(request),
        stream: (request, signal) => messages.create({ ...request, stream: true }, { signal }),
      };
    },
    plain: { request: question, response: json(message()) },
    streamed: { request: question, response: sse(events()) },
    inspect: (response: Anthropic.Message & { _request_id?: string }) => response._request_id,
    wrapper: {
      wrap: cachedAnthropic,
      wrongClients: { 'a class': Anthropic, 'another object': { messages: {} } },
      remedy: 'new Anthropic()',
    },
    functions: {
      adapter: anthropic,
      usage: { inputTokens: 7, outputTokens: 3, cacheReadTokens: 2 },
    },
    nearMisses: {
      'another model': (request) => ({ ...request, model: 'claude-other' }),
      'a temperature': (request) => ({ ...request, temperature: 0.01 }),
      'another limit': (request) => ({ ...request, max_tokens: 65 }),
      'a system prompt': (request) => ({ ...request, system: 'Be brief.' }),
      'a system prompt in a block': (request) => ({
        ...request,
        system: [{ type: 'text', text: 'Be brief.' }],
      }),
      'an answer to go on from': (request) => ({
        ...request,
        messages: [...request.messages, { role: 'assistant', content: 'Because' }],
      }),
      'a tool': (request) => ({
        ...request,
        tools: [{ name: 'now', input_schema: { type: 'object' } }],
      }),
      'another tool': (request) => ({
        ...request,
        tools: [{ name: 'today', input_schema: { type: 'object' } }],
      }),
      'a stop sequence': (request) => ({ ...request, stop_sequences: ['.'] }),
      thinking: (request) => ({ ...request, thinking: { type: 'adaptive' } }),
      'JSON asked for': (request) => ({
        ...request,
        output_config: { format: { type: 'json_schema', schema: { type: 'object' } } },
      }),
      'a region': (request) => ({ ...request, inference_geo: 'eu' }),
      'a speed': (request) => ({ ...request, speed: 'fast' }),
      'a picture': (request) => ({ ...request, messages: [picture('AAAA')] }),
      'another picture': (request) => ({ ...request, messages: [picture('AAAB')] }),
      'an unknown field': (request) => ({ ...request, brand_new: null }),
    },
    neutral: {
      'a cached prefix': (request) => ({ ...request, cache_control: { type: 'ephemeral' } }),
    },
    unfit: {
      'cut off at the limit': json(message({ stop_reason: 'max_tokens' })),
      paused: json(message({ stop_reason: 'pause_turn' })),
      refused: json(message({ stop_reason: 'refusal' })),
      'out of its context window': json(message({ stop_reason: 'model_context_window_exceeded' })),
      'ended for an unknown reason': json(message({ stop_reason: 'brand_new' })),
      'without a reason to end': json(message({ stop_reason: null })),
      empty: json(message({ content: [] })),
      blank: json(message({ content: [{ type: 'text', text: '' }] })),
      'an error under status 200': json(failure),
    },
    unfitStreams: {
      'cut off at the limit': sse(events('max_tokens')),
      refused: sse(events('refusal')),
      'an error in the middle': sse([...events().slice(0, 5), failure, ...events().slice(-1)]),
      'without a start': sse(without('message_start')),
      'without a reason to end': sse(without('message_delta')),
      'without an end': sse(without('message_stop')),
    },
  },
);

test('anthropic has every capability of the suite', () => {
  expect(lacking).toEqual([]);
});
