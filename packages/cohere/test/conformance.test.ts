import { cachedCohere, cohere } from '@cached-llm/cohere';
import { adapterConformance, type ExchangeResponse } from '@cached-llm/testing';
import { describe, expect, test } from '@jest/globals';
import { type Cohere, CohereClientV2 } from 'cohere-ai';

type Request = Cohere.V2ChatRequest;

const usage = { billed_units: { input_tokens: 5, output_tokens: 3 } };

const answer = (text: string, finish_reason = 'COMPLETE'): ExchangeResponse => ({
  body: {
    id: 'one',
    message: { role: 'assistant', content: [{ type: 'text', text }] },
    finish_reason,
    usage,
  },
});
const start = { type: 'message-start', id: 'one', delta: { message: { role: 'assistant' } } };
const piece = (text: string) => ({
  type: 'content-delta',
  index: 0,
  delta: { message: { content: { text } } },
});
const end = (finish_reason = 'COMPLETE', rest = {}) => ({
  type: 'message-end',
  delta: { finish_reason, usage, ...rest },
});
const sse = (...body: unknown[]): ExchangeResponse => ({ kind: 'sse', body: [start, ...body] });

const request: Request = {
  model: 'command-test',
  messages: [{ role: 'user', content: 'Why is the sea salty?' }],
  temperature: 0,
};
const picture = (data: string) => ({
  role: 'user' as const,
  content: [{ type: 'image_url' as const, imageUrl: { url: `data:image/png;base64,${data}` } }],
});
const tool = (name: string) => ({ type: 'function' as const, function: { name, parameters: {} } });

const lacking = adapterConformance<Request>(
  { describe, test, expect },
  {
    name: 'cohere',
    open({ url, cache, apiKey, headers }) {
      const quiet = { level: 'error' as const, silent: true };
      // The SDK leaves the timer of a failed call running.
      const timing = { maxRetries: 0, timeoutInSeconds: 2 };
      const given = { token: apiKey, environment: url, headers, logging: quiet, ...timing };
      const client = cachedCohere(new CohereClientV2(given), { cache });
      return {
        ask: (asked) => client.chat(asked),
        stream: (asked, abortSignal) => client.chatStream(asked, { abortSignal }),
      };
    },
    plain: { request, response: answer('Rivers bring it.') },
    streamed: { request, response: sse(piece('Rivers bring it: '), piece('水'), end()) },
    wrapper: {
      wrap: cachedCohere,
      wrongClients: { 'a class': CohereClientV2, 'another object': { chatStream: {} } },
      remedy: 'new CohereClientV2()',
    },
    functions: { adapter: cohere, usage: { inputTokens: 5, outputTokens: 3 } },
    nearMisses: {
      'another model': (asked) => ({ ...asked, model: 'command-other' }),
      'another temperature': (asked) => ({ ...asked, temperature: 0.01 }),
      'a seed': (asked) => ({ ...asked, seed: 1 }),
      'a limit': (asked) => ({ ...asked, maxTokens: 9 }),
      'a safety mode': (asked) => ({ ...asked, safetyMode: 'STRICT' }),
      'a document': (asked) => ({ ...asked, documents: ['The sea is salty.'] }),
      'a system prompt': (asked) => ({
        ...asked,
        messages: [{ role: 'system', content: 'Be brief.' }, ...asked.messages],
      }),
      'a picture': (asked) => ({ ...asked, messages: [picture('AAAA')] }),
      'another picture': (asked) => ({ ...asked, messages: [picture('AAAB')] }),
      'JSON asked for': (asked) => ({ ...asked, responseFormat: { type: 'json_object' } }),
      'a tool': (asked) => ({ ...asked, tools: [tool('now')] }),
      'another tool': (asked) => ({ ...asked, tools: [tool('today')] }),
      'an unknown field': (asked) => ({ ...asked, brand_new: 1 }),
    },
    neutral: {
      'another priority': (asked) => ({ ...asked, priority: 5 }),
      'a temperature equal to two decimals': (asked) => ({ ...asked, temperature: 0.0000001 }),
    },
    unfit: {
      'cut off at the limit': answer('Rivers', 'MAX_TOKENS'),
      failed: answer('Rivers', 'ERROR'),
      'out of time': answer('Rivers', 'TIMEOUT'),
      empty: answer(''),
      'an error under status 200': { body: { error: 'Down.' } },
    },
    unfitStreams: {
      'cut off at the limit': sse(piece('Rivers'), end('MAX_TOKENS')),
      failed: sse(piece('Rivers'), end('ERROR')),
      'failed, with the reason': sse(piece('Rivers'), end('ERROR', { error: 'no' })),
      empty: sse(end()),
      'an error in the middle': sse(piece('Rivers'), { type: 'error', message: 'Down.' }),
      'without an end': sse(piece('Rivers')),
    },
  },
);

test('a response of this SDK has only its fields', () => {
  expect(lacking).toEqual(['inspect']);
});
