import { cachedMistral, mistral } from '@cached-llm/mistral';
import { adapterConformance, type ExchangeResponse } from '@cached-llm/testing';
import { describe, expect, test } from '@jest/globals';
import { Mistral } from '@mistralai/mistralai';
import type { ChatCompletionRequest } from '@mistralai/mistralai/models/components';

const head = { id: 'one', created: 1, model: 'mistral-test' };
const usage = { prompt_tokens: 5, completion_tokens: 3, total_tokens: 8 };

const answer = (content: unknown, finish_reason = 'stop'): ExchangeResponse => ({
  body: {
    ...head,
    object: 'chat.completion',
    choices: [{ index: 0, message: { role: 'assistant', content }, finish_reason }],
    usage,
  },
});
const piece = (delta: object, finish_reason: string | null = null) => ({
  ...head,
  object: 'chat.completion.chunk',
  choices: [{ index: 0, delta, finish_reason }],
});
const sse = (...body: unknown[]): ExchangeResponse => ({ kind: 'sse', body: [...body, '[DONE]'] });

const request: ChatCompletionRequest = {
  model: 'mistral-test',
  messages: [{ role: 'user', content: 'Why is the sea salty?' }],
  temperature: 0,
};
const picture = (data: string) => ({
  role: 'user' as const,
  content: [{ type: 'image_url' as const, imageUrl: `data:image/png;base64,${data}` }],
});
const tool = (name: string) => ({ type: 'function' as const, function: { name, parameters: {} } });

const lacking = adapterConformance<ChatCompletionRequest>(
  { describe, test, expect },
  {
    name: 'mistral',
    open({ url, cache, apiKey, headers }) {
      const { chat } = cachedMistral(new Mistral({ apiKey, serverURL: url }), { cache });
      return {
        ask: (asked) => chat.complete(asked, { headers }),
        stream: (asked, signal) => chat.stream(asked, { headers, signal }),
      };
    },
    plain: { request, response: answer('Rivers bring it.') },
    streamed: {
      request,
      response: sse(
        piece({ role: 'assistant', content: '' }),
        piece({ content: 'Rivers bring it: ' }),
        piece({ content: '水' }),
        { ...piece({ content: '.' }, 'stop'), usage },
      ),
    },
    wrapper: {
      wrap: cachedMistral,
      wrongClients: { 'a class': Mistral, 'another object': { chat: {} } },
      remedy: 'new Mistral()',
    },
    functions: { adapter: mistral, usage: { inputTokens: 5, outputTokens: 3 } },
    nearMisses: {
      'another model': (asked) => ({ ...asked, model: 'mistral-other' }),
      'another temperature': (asked) => ({ ...asked, temperature: 0.01 }),
      'a seed': (asked) => ({ ...asked, randomSeed: 1 }),
      'a limit': (asked) => ({ ...asked, maxTokens: 9 }),
      'a safe prompt': (asked) => ({ ...asked, safePrompt: true }),
      'a system prompt': (asked) => ({
        ...asked,
        messages: [{ role: 'system', content: 'Be brief.' }, ...asked.messages],
      }),
      'a picture': (asked) => ({ ...asked, messages: [picture('AAAA')] }),
      'another picture': (asked) => ({ ...asked, messages: [picture('AAAB')] }),
      'JSON asked for': (asked) => ({ ...asked, responseFormat: { type: 'json_object' } }),
      'a tool': (asked) => ({ ...asked, tools: [tool('now')] }),
      'another tool': (asked) => ({ ...asked, tools: [tool('today')] }),
    },
    neutral: {
      'a temperature equal to two decimals': (asked) => ({ ...asked, temperature: 0.0000001 }),
    },
    unfit: {
      'cut off at the limit': answer('Rivers', 'length'),
      'cut off at the end of the context': answer('Rivers', 'model_length'),
      failed: answer('Rivers', 'error'),
      empty: answer(''),
      'an error under status 200': { body: { object: 'error', message: 'Down.' } },
    },
    unfitStreams: {
      'cut off at the limit': sse(piece({ content: 'Rivers' }), piece({ content: '' }, 'length')),
      empty: sse(piece({ content: '' }, 'stop')),
      'an error in the middle': sse(piece({ content: 'Rivers' }), {
        object: 'error',
        message: 'x',
      }),
      'a bare error in the middle': sse(piece({ content: 'Rivers' }), { error: { message: 'no' } }),
      'without an end': sse(piece({ content: 'Rivers' })),
    },
  },
);

test('a response of this SDK has only its fields', () => {
  expect(lacking).toEqual(['inspect']);
});
