import type { LlmCache } from '@cached-llm/core';
import { cachedFetch } from '@cached-llm/http';
import { cachedGroq, cachedOpenAI, groq } from '@cached-llm/openai';
import {
  type AroundClient,
  adapterConformance,
  answerCase,
  chunksOf,
  demoExchanges,
  describeWithFixtures,
  distinctFetchKeys,
  type ExchangeResponse,
  pairCase,
  type RecordedCase,
  recordedAnswers,
  recordedPairs,
  recordedTwice,
  startWireServer,
  type WireServer,
  wireTrial,
} from '@cached-llm/testing';
import { describe, expect, test } from '@jest/globals';
import { Groq } from 'groq-sdk';
import type { ChatCompletionCreateParamsNonStreaming } from 'groq-sdk/resources/chat/completions';
import { OpenAI } from 'openai';

type Request = ChatCompletionCreateParamsNonStreaming;

const { whyIsTheSeaSalty, truncatedByLength, errorUnderStatus200 } = demoExchanges;
const request: Request = {
  model: 'llama-test',
  messages: [{ role: 'user', content: 'Why is the sea salty?' }],
  temperature: 0,
};
const usage = { prompt_tokens: 5, completion_tokens: 3, total_tokens: 8 };

const piece = (delta: object, finish_reason: string | null = null, rest = {}) => ({
  id: 'one',
  object: 'chat.completion.chunk',
  choices: [{ index: 0, delta, finish_reason }],
  ...rest,
});
const sse = (...body: unknown[]): ExchangeResponse => ({ kind: 'sse', body: [...body, '[DONE]'] });
const salty = sse(
  piece({ role: 'assistant', content: '' }, null, { x_groq: { id: 'r' } }),
  piece({ content: 'Rivers bring it: ' }),
  piece({ content: '水' }),
  piece({}, 'stop', { x_groq: { id: 'r', usage } }),
);

const clientOf = (url: string, cache: LlmCache, options = {}) =>
  cachedGroq(new Groq({ apiKey: 'gsk-none', baseURL: url, maxRetries: 0, ...options }), { cache });

const withWire = wireTrial(startWireServer, ({ server, cache }) => clientOf(server.url, cache));

const lacking = adapterConformance<Request>(
  { describe, test, expect },
  {
    name: 'groq',
    open({ url, cache, apiKey, headers }) {
      const { completions } = clientOf(url, cache, { apiKey, defaultHeaders: headers }).chat;
      return {
        ask: (asked) => completions.create(asked),
        stream: (asked, signal) => completions.create({ ...asked, stream: true }, { signal }),
      };
    },
    plain: { request, response: whyIsTheSeaSalty.response },
    streamed: { request, response: salty },
    wrapper: {
      wrap: cachedGroq,
      wrongClients: { 'a class': Groq, 'another object': { chat: {} } },
      remedy: 'new Groq()',
    },
    functions: {
      adapter: groq,
      usage: { inputTokens: 17, outputTokens: 26, cacheReadTokens: 0 },
    },
    nearMisses: {
      'another model': (asked) => ({ ...asked, model: 'qwen' }),
      'another temperature': (asked) => ({ ...asked, temperature: 0.01 }),
      'a seed': (asked) => ({ ...asked, seed: 1 }),
      'a limit': (asked) => ({ ...asked, max_completion_tokens: 9 }),
      reasoning: (asked) => ({ ...asked, reasoning_format: 'parsed' }),
      'JSON asked for': (asked) => ({ ...asked, response_format: { type: 'json_object' } }),
      'a system prompt': ({ messages, ...asked }) => ({
        ...asked,
        messages: [{ role: 'system', content: 'Be brief.' }, ...messages],
      }),
    },
    neutral: {
      'a temperature equal to two decimals': (asked) => ({ ...asked, temperature: 0.0000001 }),
    },
    unfit: {
      'cut off at the limit': truncatedByLength.response,
      'an error under status 200': errorUnderStatus200.response,
    },
    unfitStreams: {
      'cut off at the limit': sse(piece({ content: 'Rivers' }), piece({}, 'length')),
      empty: sse(piece({}, 'stop')),
      'broken off with an error of Groq': sse(
        piece({ content: 'Rivers' }, 'stop', { x_groq: { id: 'r', error: 'over capacity' } }),
      ),
      'without an end': sse(piece({ content: 'Rivers' })),
    },
  },
);

test('a response of this SDK has only its fields', () => {
  expect(lacking).toEqual(['inspect']);
});

describe('a client of the Groq SDK', () => {
  test('still has its class, its streams and its withResponse()', async () => {
    await withWire({ answer: () => salty }, async ({ client, server }) => {
      const asking = () => client.chat.completions.create({ ...request, stream: true });
      const live = await asking();
      const first = await chunksOf(live);
      const hit = await asking().withResponse();
      expect(client).toBeInstanceOf(Groq);
      expect(hit.data.constructor).toBe(live.constructor);
      expect(hit.response.headers.get('x-cached-llm')).toBe('hit');
      expect(hit.response.url).toMatch('/openai/v1/chat/completions');
      expect(await chunksOf(hit.data)).toEqual(first);
      expect(server.count).toBe(1);
    });
  });

  test('reads the usage of a stream from a field that only Groq has', () => {
    const { body } = salty as { body: readonly unknown[] };
    expect(groq.usageOf?.(groq.stream.assemble(body))).toMatchObject({
      inputTokens: 5,
      outputTokens: 3,
    });
  });

  const ran = { role: 'assistant', content: 'Hi', executed_tools: [{ index: 0, type: 'search' }] };
  const answer = (message: object) => ({
    body: { choices: [{ index: 0, message, finish_reason: 'stop' }] },
  });

  test.each([
    ['by its model', { model: 'groq/compound-mini' }, answer({ content: 'Hi' })],
    ['as it says', {}, answer(ran)],
    ['by a tool', { tools: [{ type: 'browser_search' }] }, answer({ content: 'Hi' })],
  ])('does not store an answer from a search: %s', async (_name, fields, response) => {
    await withWire({ answer: () => response }, async ({ client, server }) => {
      const asked = { ...request, ...fields } as Request; // some fields are newer than the types
      await client.chat.completions.create(asked);
      await client.chat.completions.create(asked);
      expect(server.count).toBe(2);
    });
  });
});

describeWithFixtures({ describe, test }, 'recordings of Groq', () => {
  const pairs = recordedPairs({ provider: 'groq' }).map(pairCase);

  test('every recording is requested once and served twice', async () => {
    const answers = recordedAnswers('groq').map((answer) =>
      answerCase(answer, (stream) => ({ path: '', request: { ...request, stream } })),
    );
    const ask = ({ request: asked }: RecordedCase, { server, cache }: AroundClient<WireServer>) =>
      clientOf(server.url, cache).chat.completions.create(asked as never); // it was recorded from an application
    const unfit = await recordedTwice(expect, ask)([...pairs, ...answers]);
    expect([pairs.length, answers.length]).toEqual([42, 6]);
    expect(unfit.length).toBeLessThan(12);
  });

  test('distinct requests have distinct keys, whatever the order of their fields', async () => {
    const parts = { expect, adapter: groq, cachedFetch };
    expect(await distinctFetchKeys(parts, pairs)).toBeGreaterThan(30);
  });
});

describe('a client of another SDK', () => {
  const expected = (message: string) =>
    expect.objectContaining({ code: 'WRONG_CLIENT', message: expect.stringContaining(message) });

  test('is refused for what it is, because its version says nothing', () => {
    const ofGroq: unknown = new Groq({ apiKey: 'k' });
    const ofOpenAI: unknown = new OpenAI({ apiKey: 'k' });
    expect(() => cachedOpenAI(ofGroq as OpenAI)).toThrow(expected('this is an instance of Groq.'));
    expect(() => cachedGroq(ofOpenAI as Groq)).toThrow(expected('this is an instance of OpenAI.'));
  });

  test('is told from a client of a subclass, whose version counts', () => {
    class OurGroq extends Groq {}
    const getUserAgent = () => 'OurGroq/JS 99.0.0';
    const client = Object.assign(new OurGroq({ apiKey: 'k' }), { getUserAgent });
    expect(() => cachedGroq(client)).toThrow(expected('this is version 99.0.0.'));
  });
});
