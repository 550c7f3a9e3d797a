import type { CacheOptions } from '@cached-llm/core';
import { cachedOpenAI, openai } from '@cached-llm/openai';
import {
  chunksOf,
  crossModeTrial,
  describeWithFixtures,
  type ExchangeResponse,
  exactCrossModes,
  recordedPairs,
  serverSentEvents,
  startWireServer,
  toExchange,
  wireTrial,
} from '@cached-llm/testing';
import { describe, expect, test } from '@jest/globals';
import type { OpenAI } from 'openai';
import { clientOf } from './wire.ts';

type Plain = OpenAI.ChatCompletionCreateParamsNonStreaming;
type Streaming = OpenAI.ChatCompletionCreateParamsStreaming;

const plain = {
  model: 'gpt-test',
  messages: [{ role: 'user', content: 'Why is the sea salty?' }],
} satisfies Plain;
const streaming = { ...plain, stream: true } satisfies Streaming;
const counted = { ...streaming, stream_options: { include_usage: true } } satisfies Streaming;

const call = (id: string, name: string, text: string) => ({
  id,
  type: 'function',
  function: { name, arguments: text },
});
const token = (text: string) => ({ token: text, logprob: -0.5, bytes: null, top_logprobs: [] });
const choice = (index: number, message: object, rest: object = {}) => ({
  index,
  message: { role: 'assistant', refusal: null, annotations: [], ...message },
  logprobs: null,
  finish_reason: 'stop',
  ...rest,
});
const completion = (...choices: readonly object[]) => ({
  id: 'chatcmpl-1',
  object: 'chat.completion',
  created: 1767225600,
  model: 'gpt-test-1',
  choices,
  usage: { prompt_tokens: 5, completion_tokens: 3, total_tokens: 8 },
  service_tier: 'default',
  system_fingerprint: 'fp_1',
});
const answer = completion(
  choice(0, { content: 'Rivers 🌊' }, { logprobs: { content: [token('Rivers')], refusal: null } }),
  choice(
    1,
    { content: null, tool_calls: [call('a', 'sea', '{"salt":1}'), call('b', 'lake', '{}')] },
    { finish_reason: 'tool_calls' },
  ),
);

const json = (body: unknown): ExchangeResponse => ({ body });
const sse = (chunks: readonly unknown[]): ExchangeResponse => ({
  kind: 'sse',
  headers: { 'content-type': 'text/event-stream; charset=utf-8' },
  body: serverSentEvents([...chunks, '[DONE]'].map((data) => ({ data }))),
});

/** The chunks of the answer, as OpenAI streams it. */
const piece = (delta: object, finish: string | null = null, rest: object = {}) => ({
  id: 'chatcmpl-1',
  object: 'chat.completion.chunk',
  created: 1767225600,
  model: 'gpt-test-1',
  service_tier: 'default',
  system_fingerprint: 'fp_1',
  choices: [{ index: 0, delta, logprobs: null, finish_reason: finish }],
  usage: null,
  obfuscation: 'xyz',
  ...rest,
});
const usage = { prompt_tokens: 5, completion_tokens: 3, total_tokens: 8 };
const streamed = [
  piece({ role: 'assistant', content: '', refusal: null }),
  piece({ content: 'Rivers ' }),
  piece({ content: 'bring salt 🌊' }),
  piece({}, 'stop'),
  piece({}, null, { choices: [], usage }),
];
const streamedCalls = [
  piece({ role: 'assistant', content: null, refusal: null }),
  piece({ tool_calls: [{ index: 0, ...call('a', 'sea', '') }] }),
  piece({ tool_calls: [{ index: 0, function: { arguments: '{"salt"' } }] }),
  piece({ tool_calls: [{ index: 0, function: { arguments: ':1}' } }] }),
  piece({ tool_calls: [{ index: 1, ...call('b', 'lake', '{}') }] }),
  piece({}, 'tool_calls'),
  piece({}, null, { choices: [], usage }),
];

const withCrossing = (
  responses: readonly ExchangeResponse[],
  use: (
    client: OpenAI,
    around: { readonly asked: () => number; readonly live: OpenAI },
  ) => Promise<void>,
  options?: CacheOptions,
): Promise<void> =>
  crossModeTrial(({ server, cache }) => cachedOpenAI(clientOf(server), { cache }), options)(
    responses,
    ({ client, server }) => use(client, { asked: () => server.count, live: clientOf(server) }),
  );

describe('a stored stream answers a call that does not stream', () => {
  test.each([
    ['texts', streamed],
    ['calls of tools', streamedCalls],
  ])('with the answer that the SDK itself assembles: %s', async (_name, chunks) => {
    await withCrossing([sse(chunks), sse(chunks)], async (client, { asked, live }) => {
      await chunksOf(await client.chat.completions.create(counted));
      const { data, response } = await client.chat.completions.create(plain).withResponse();
      expect(asked()).toBe(1);
      expect(response.headers.get('x-cached-llm')).toBe('hit');
      expect(response.headers.get('content-type')).toBe('application/json');
      const { stream: _stream, ...request } = counted;
      const own = await live.chat.completions.stream(request).finalChatCompletion();
      const accumulated = JSON.parse(
        JSON.stringify(own, (key, value) => (key.startsWith('parsed') ? undefined : value)),
      );
      const { obfuscation: _padding, ...whole } = accumulated;
      expect(data).toEqual({ ...whole, object: 'chat.completion' });
    });
  });

  test('unless it has no usage, because a whole answer has usage', async () => {
    const uncounted = streamed.slice(0, -1).map(({ usage: _none, ...chunk }) => chunk);
    await withCrossing([sse(uncounted), json(answer)], async (client, { asked }) => {
      await chunksOf(await client.chat.completions.create(streaming));
      expect(await client.chat.completions.create(plain)).toEqual(answer);
      expect(asked()).toBe(2);
    });
  });

  test.each([
    [
      'calls that all have the first index',
      [
        ...streamedCalls.slice(0, 4),
        piece({ tool_calls: [{ index: 0, ...call('b', 'lake', '{}') }] }),
        ...streamedCalls.slice(5),
      ],
    ],
    ['a field of another provider', [piece({ reasoning_content: 'Hm' }), ...streamed]],
    ['an id that changes', [piece({}, null, { id: 'other' }), ...streamed]],
  ])('not where it has %s', async (_name, chunks) => {
    await withCrossing([sse(chunks), json(answer)], async (client, { asked }) => {
      await chunksOf(await client.chat.completions.create(counted));
      expect(await client.chat.completions.create(plain)).toEqual(answer);
      expect(asked()).toBe(2);
    });
  });
});

describe('a stored answer answers a call that streams', () => {
  test('with chunks that the SDK assembles into the same answer', async () => {
    await withCrossing([json(answer)], async (client, { asked }) => {
      await client.chat.completions.create(plain);
      const { stream: _stream, ...request } = counted;
      const runner = client.chat.completions.stream(request);
      const whole = await runner.finalChatCompletion();
      expect(asked()).toBe(1);
      expect(whole.choices[0]?.message.content).toBe('Rivers 🌊');
      expect(whole.choices[0]?.logprobs).toEqual(
        answer.choices[0] && { content: [token('Rivers')], refusal: null },
      );
      expect(whole.choices[1]?.message.tool_calls).toMatchObject([
        call('a', 'sea', '{"salt":1}'),
        call('b', 'lake', '{}'),
      ]);
      expect(whole.usage).toEqual(answer.usage);
    });
  });

  test('with its usage only where the request includes it', async () => {
    await withCrossing([json(answer)], async (client, { asked }) => {
      await client.chat.completions.create(plain);
      const without = await chunksOf(await client.chat.completions.create(streaming));
      const last = (await chunksOf(await client.chat.completions.create(counted))).at(-1);
      expect(without.filter((chunk) => 'usage' in chunk)).toEqual([]);
      expect(last).toMatchObject({ choices: [], usage: answer.usage });
      expect(asked()).toBe(1);
    });
  });

  test.each([
    ['audio', { content: null, audio: { id: 'a', data: 'AA==' } }],
    ['citations', { content: 'Hi', annotations: [{ type: 'url_citation' }] }],
    ['a field of another provider', { content: 'Hi', reasoning: 'Hm' }],
  ])('not where it has %s', async (_name, message) => {
    const other = completion(choice(0, message));
    await withCrossing([json(other), sse(streamed)], async (client, { asked }) => {
      await client.chat.completions.create(plain);
      expect(await chunksOf(await client.chat.completions.create(counted))).toEqual(streamed);
      expect(asked()).toBe(2);
      expect(await chunksOf(await client.chat.completions.create(counted))).toEqual(streamed);
      expect(asked()).toBe(2);
    });
  });
});

test('a stream with usage answers a request without usage, and not the reverse', async () => {
  const uncounted = streamed.slice(0, -1);
  await withCrossing([sse(streamed), sse(uncounted)], async (client, { asked }) => {
    await chunksOf(await client.chat.completions.create(counted));
    const chunks = await chunksOf(await client.chat.completions.create(streaming));
    expect(chunks.map((chunk) => chunk.choices[0]?.delta.content ?? '').join('')).toBe(
      'Rivers bring salt 🌊',
    );
    expect(asked()).toBe(1);
  });
  await withCrossing([sse(uncounted), sse(streamed)], async (client, { asked }) => {
    await chunksOf(await client.chat.completions.create(streaming));
    expect(await chunksOf(await client.chat.completions.create(counted))).toEqual(streamed);
    expect(asked()).toBe(2);
  });
});

test('a call that streams and a call that does not are two calls at the same time', async () => {
  const crossing = wireTrial(
    startWireServer,
    ({ server, cache }) => cachedOpenAI(clientOf(server), { cache }),
    { crossMode: true },
  );
  const reply = ({ body }: { body: string }) =>
    body.includes('"stream":true') ? sse(streamed) : json(answer);
  await crossing({ answer: reply }, async ({ client, server }) => {
    const [stream, whole] = await Promise.all([
      client.chat.completions.create(counted),
      client.chat.completions.create(plain),
    ]);
    expect(await chunksOf(stream)).toEqual(streamed);
    expect(whole).toEqual(answer);
    expect(server.count).toBe(2);
  });
});

test('without the option neither answers the other', async () => {
  await withCrossing(
    [json(answer), sse(streamed)],
    async (client, { asked }) => {
      await client.chat.completions.create(plain);
      expect(await chunksOf(await client.chat.completions.create(counted))).toEqual(streamed);
      expect(asked()).toBe(2);
    },
    {},
  );
});

test('an entry that was stored without the option answers only its own form', async () => {
  const store = new Map<string, unknown>();
  await withCrossing(
    [json(answer)],
    async (client) => void (await client.chat.completions.create(plain)),
    { store },
  );
  await withCrossing(
    [sse(streamed)],
    async (client, { asked }) => {
      expect(await chunksOf(await client.chat.completions.create(counted))).toEqual(streamed);
      expect(asked()).toBe(1);
    },
    { store, crossMode: true },
  );
});

describeWithFixtures({ describe, test }, 'recordings of the real service', () => {
  const chats = () =>
    recordedPairs({ provider: 'openai' }).filter(
      ({ url, status }) => /\/chat\/completions$/.test(url) && status === 200,
    );

  test('every answer is disassembled and assembled again without a change, or refused', () => {
    const exact = exactCrossModes(expect, openai, chats());
    expect(exact).toBeGreaterThan(50);
  });

  test('every stream is assembled into the answer of the SDK, or refused', async () => {
    const outcomes: string[] = [];
    for (const pair of chats()) {
      if (pair.kind !== 'sse') continue;
      const { response } = toExchange(pair);
      await withCrossing([response, json(answer)], async (client, { asked }) => {
        const { stream: _stream, ...request } = pair.request as Streaming;
        const whole = await client.chat.completions.stream(request).finalChatCompletion();
        const { data } = await client.chat.completions
          .create({ ...request, stream_options: null } as Plain)
          .withResponse();
        outcomes.push(`${pair.source}: ${asked() === 1 ? 'exact' : 'refused'}`);
        if (asked() > 1) return;
        const [mine, own] = [data.choices[0], whole.choices[0]];
        expect(mine?.message.content).toEqual(own?.message.content);
        expect(mine?.message.tool_calls?.length).toEqual(own?.message.tool_calls?.length);
        expect(data.usage).toEqual(whole.usage);
      });
    }
    console.info(outcomes.join('\n'));
    expect(outcomes.filter((outcome) => outcome.endsWith('exact')).length).toBeGreaterThan(0);
  });
});
