import { cachedOllama, ollama } from '@cached-llm/ollama';
import { adapterConformance, type ExchangeResponse } from '@cached-llm/testing';
import { describe, expect, test } from '@jest/globals';
import { type AbortableAsyncIterator, type ChatRequest, Ollama } from 'ollama';

type Request = Omit<ChatRequest, 'stream'>;

const line = (content: string, rest: object = { done: false }) => ({
  model: 'test',
  created_at: '2026-01-01T00:00:00Z',
  message: { role: 'assistant', content },
  ...rest,
});
const end = (done_reason = 'stop') => ({ done: true, done_reason, eval_count: 3 });
const ndjson = (...body: unknown[]): ExchangeResponse => ({ kind: 'ndjson', body });

const request: Request = {
  model: 'test',
  messages: [{ role: 'user', content: 'Why is the sea salty?' }],
  options: { temperature: 0 },
};
const picture = (...bytes: number[]) => ({
  role: 'user',
  content: 'Hi',
  images: [new Uint8Array(bytes)],
});
const tool = (name: string) => ({ type: 'function', function: { name } });

/** This SDK continues to read the rest of a stream. Only its `abort` ends it. */
async function* leaving<Chunk extends object>(stream: AbortableAsyncIterator<Chunk>) {
  try {
    yield* stream;
  } finally {
    stream.abort();
  }
}

const lacking = adapterConformance<Request>(
  { describe, test, expect },
  {
    name: 'ollama',
    open({ url, cache, apiKey, headers }) {
      const authorized = { authorization: `Bearer ${apiKey}`, ...headers };
      const client = cachedOllama(new Ollama({ host: url, headers: authorized }), { cache });
      return {
        ask: (asked) => client.chat(asked),
        async stream(asked, signal) {
          const stream = await client.chat({ ...asked, stream: true });
          signal.addEventListener('abort', () => stream.abort());
          return Object.assign(leaving(stream), { steps: [stream] }); // its origin
        },
      };
    },
    plain: { request, response: { body: line('Rivers bring it.', end()) } },
    streamed: {
      request,
      response: ndjson(line('Rivers bring it: '), line('水'), line('', end())),
    },
    wrapper: {
      wrap: cachedOllama,
      wrongClients: { 'a class': Ollama, 'another object': { chat: {} } },
      remedy: 'new Ollama()',
    },
    functions: { adapter: ollama, usage: { outputTokens: 3, cost: 0 } },
    nearMisses: {
      'another model': (asked) => ({ ...asked, model: 'other' }),
      'another temperature': (asked) => ({ ...asked, options: { temperature: 0.01 } }),
      'a seed': (asked) => ({ ...asked, options: { temperature: 0, seed: 1 } }),
      'a limit': (asked) => ({ ...asked, options: { temperature: 0, num_predict: 9 } }),
      'a context size': (asked) => ({ ...asked, options: { temperature: 0, num_ctx: 9 } }),
      'a system prompt': (asked) => ({
        ...asked,
        messages: [{ role: 'system', content: 'Be brief.' }, ...(asked.messages ?? [])],
      }),
      thinking: (asked) => ({ ...asked, think: true }),
      'a picture': (asked) => ({ ...asked, messages: [picture(1, 2)] }),
      'another picture': (asked) => ({ ...asked, messages: [picture(1, 3)] }),
      'JSON asked for': (asked) => ({ ...asked, format: 'json' }),
      'a tool': (asked) => ({ ...asked, tools: [tool('now')] }),
      'another tool': (asked) => ({ ...asked, tools: [tool('today')] }),
      'an unknown field': (asked) => ({ ...asked, brand_new: 1 }),
    },
    neutral: {
      'another time in memory': (asked) => ({ ...asked, keep_alive: '5m' }),
      'a temperature equal to two decimals': (asked) => ({
        ...asked,
        options: { temperature: 0.0000001 },
      }),
    },
    unfit: {
      'cut off at the limit': { body: line('Rivers', end('length')) },
      'not done': { body: line('Rivers') },
      empty: { body: line('', end()) },
      'an error under status 200': { body: { error: 'Down.' } },
    },
    unfitStreams: {
      'cut off at the limit': ndjson(line('Rivers'), line('', end('length'))),
      empty: ndjson(line('', end())),
      'nothing but thought': ndjson(
        { ...line(''), message: { role: 'assistant', content: '', thinking: 'Hm' } },
        line('', end()),
      ),
      'an error in the middle': ndjson(line('Rivers'), { error: 'Down.' }),
      'without an end': ndjson(line('Rivers')),
    },
  },
);

test('a response of this SDK has only its fields', () => {
  expect(lacking).toEqual(['inspect']);
});
