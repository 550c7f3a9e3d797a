import Anthropic from '@anthropic-ai/sdk';
import { betaTool } from '@anthropic-ai/sdk/helpers/beta/json-schema';
import { jsonSchemaOutputFormat } from '@anthropic-ai/sdk/helpers/json-schema';
import { MessageStream } from '@anthropic-ai/sdk/lib/MessageStream';
import { Stream } from '@anthropic-ai/sdk/streaming';
import { anthropic, cachedAnthropic } from '@cached-llm/anthropic';
import { cachedLlmCall, createLlmCache } from '@cached-llm/core';
import { type ReceivedRequest, startWireServer } from '@cached-llm/testing';
import { afterEach, describe, expect, test } from '@jest/globals';
import {
  chunksOf,
  clientOf,
  events,
  json,
  message,
  question,
  SECRET,
  sse,
  withWire,
} from './wire.ts';

const answer = () => json(message(), { 'request-id': 'req_7', 'set-cookie': 'a=b' });
const streamed = { ...question, stream: true as const };

describe('a client of the Anthropic SDK', () => {
  test('asks once, answers twice, and stays of its class', async () => {
    await withWire({ answer }, async ({ client, server, story }) => {
      const first = await client.messages.create(question);
      const second = await client.messages.create(question);
      expect(client).toBeInstanceOf(Anthropic);
      expect(second).toEqual(first);
      expect(second).not.toBe(first);
      expect(second._request_id).toBe('req_7');
      expect(server.count).toBe(1);
      expect(story).toEqual(['miss', 'stored', 'hit']);
    });
  });

  test('leaves the client it is given as it was, and keeps its middleware outside the cache', async () => {
    const server = await startWireServer({ answer });
    let seen = 0;
    const own = clientOf(server, {
      middleware: [
        (request: never, next: (request: never) => Promise<Response>) => {
          seen += 1;
          return next(request);
        },
      ],
    });
    const client = cachedAnthropic(own, { cache: createLlmCache() });
    for (const _round of [1, 2]) await client.messages.create(question);
    expect([seen, server.count, own.middleware.length]).toEqual([2, 1, 1]);
    await own.messages.create(question);
    expect(server.count).toBe(2);
    await server.close();
  });

  test('is cached once however often it is cached', async () => {
    await withWire({ answer }, async ({ client, server, story }) => {
      const other = createLlmCache();
      const twice = cachedAnthropic(cachedAnthropic(client, { cache: other }), { cache: other });
      for (const _round of [1, 2]) await twice.messages.create(question);
      expect([server.count, other.stats().hits, story]).toEqual([1, 1, []]);
    });
  });

  test('does not count a look-up in a store that hangs as time of the request', async () => {
    const server = await startWireServer({ answer });
    const store = new Map<string, unknown>();
    store.get = () => new Promise(() => {});
    const cache = createLlmCache({ store, storeTimeout: '150ms' });
    const client = cachedAnthropic(clientOf(server, { timeout: 100 }), { cache });
    expect(await client.messages.create(question)).toMatchObject({ id: 'msg_1' });
    expect(server.count).toBe(1);
    await server.close();
  });

  test('says on withResponse() where an answer comes from', async () => {
    await withWire({ answer }, async ({ client, server }) => {
      const live = await client.messages.create(question).withResponse();
      const hit = await client.messages.create(question).withResponse();
      expect(live.response.headers.get('x-cached-llm')).toBe('miss');
      expect(hit.response.headers.get('x-cached-llm')).toBe('hit');
      expect(hit.response.headers.get('set-cookie')).toBeNull();
      expect(hit.response.url).toBe(`${server.url}/v1/messages`);
      expect(hit.request_id).toBe('req_7');
      expect(await (await client.messages.create(question).asResponse()).json()).toEqual(message());
    });
  });

  test('parses a structured answer from the store', async () => {
    const format = jsonSchemaOutputFormat({
      type: 'object',
      properties: { mood: { type: 'string' } },
      required: ['mood'],
      additionalProperties: false,
    });
    const content = [{ type: 'text', text: '{"mood":"calm"}' }];
    await withWire({ answer: () => json(message({ content })) }, async ({ client, server }) => {
      for (const _round of [1, 2]) {
        const parsed = await client.messages.parse({ ...question, output_config: { format } });
        expect(parsed.parsed_output).toEqual({ mood: 'calm' });
      }
      expect(server.count).toBe(1);
    });
  });

  test('counts tokens once: the same request has the same count', async () => {
    await withWire({ answer: () => json({ input_tokens: 14 }) }, async ({ client, server }) => {
      const { max_tokens: _unused, ...counted } = question;
      for (const _round of [1, 2]) {
        expect(await client.messages.countTokens(counted)).toEqual({ input_tokens: 14 });
      }
      expect(server.requests.map(({ path }) => path)).toEqual(['/v1/messages/count_tokens']);
    });
  });

  test('answers beta messages apart from stable ones, and each beta flag apart', async () => {
    await withWire({ answer }, async ({ client, server }) => {
      for (const _round of [1, 2]) {
        await client.messages.create(question);
        await client.beta.messages.create({ ...question, betas: ['one-2026-01-01'] });
        await client.beta.messages.create({ ...question, betas: ['two-2026-01-01'] });
      }
      expect(server.count).toBe(3);
    });
  });

  test.each([
    [
      'with the whole history in each turn, and its answers come from the store',
      { thread: false as const },
      2,
    ],
    ['over a thread that the provider holds, past the cache', {}, 4],
  ])('runs local tools in toolRunner: %s', async (_name, thread, requests) => {
    const call = { type: 'tool_use', id: 'toolu_1', name: 'now', input: { zone: 'UTC' } };
    const turn = ({ body }: ReceivedRequest) =>
      json(
        body.includes('tool_result')
          ? message({ content: [{ type: 'text', text: 'It is noon.' }] })
          : message({ content: [call], stop_reason: 'tool_use' }),
      );
    await withWire({ answer: turn }, async ({ client, server }) => {
      let runs = 0;
      const now = betaTool({
        name: 'now',
        description: 'The time',
        inputSchema: { type: 'object', properties: { zone: { type: 'string' } } },
        run: () => {
          runs += 1;
          return 'noon';
        },
      });
      for (const _round of [1, 2]) {
        const final = await client.beta.messages.toolRunner({
          ...question,
          ...thread,
          tools: [now],
        });
        expect(final.content).toEqual([{ type: 'text', text: 'It is noon.' }]);
      }
      expect([runs, server.count]).toEqual([2, requests]);
    });
  });

  test('clones made with withOptions() are cached like it', async () => {
    await withWire({ answer }, async ({ client, server }) => {
      await client.withOptions({ timeout: 5_000 }).messages.create(question);
      await client.messages.create(question, { timeout: 7_000, maxRetries: 1 });
      expect(server.count).toBe(1);
    });
  });
});

describe('a stream', () => {
  const answer = () => sse(events());

  test.each([
    ['by event', {}],
    ['one byte at a time', { chunkSize: 'byte' as const }],
    ['with CRLF split over chunks', { chunkSize: 3, lineEnding: '\r\n' as const }],
    ['compressed', { gzip: true }],
  ])('comes from the store as it came, as the same class: %s', async (_name, delivery) => {
    await withWire({ answer, ...delivery }, async ({ client, server }) => {
      const live = await client.messages.create(streamed);
      const first = await chunksOf(live);
      const replayed = await client.messages.create(streamed);
      expect(replayed).toBeInstanceOf(Stream);
      expect(replayed.controller).toBeInstanceOf(AbortController);
      expect(await chunksOf(replayed)).toEqual(first);
      expect(first).toEqual(events().filter(({ type }) => type !== 'ping'));
      expect(server.count).toBe(1);
    });
  });

  test('keeps .stream() native: events, final message, final text', async () => {
    await withWire({ answer }, async ({ client, server }) => {
      const ask = async () => {
        const texts: string[] = [];
        const stream = client.messages.stream(question).on('text', (text) => texts.push(text));
        expect(stream).toBeInstanceOf(MessageStream);
        const final = await stream.finalMessage();
        return { texts, final, text: await stream.finalText(), id: stream.request_id };
      };
      const first = await ask();
      expect(await ask()).toEqual(first);
      expect(first.text).toBe('Rivers bring salt. 🌊');
      expect(first.id).toBe('req_stream');
      expect(first.final.usage.output_tokens).toBe(7);
      expect(server.count).toBe(1);
      const beta = () => client.beta.messages.stream({ ...question, betas: ['b'] }).finalMessage();
      expect(await beta()).toEqual(await beta());
      expect(server.count).toBe(2);
    });
  });

  test('has its first chunk out before the provider ends', async () => {
    await withWire({ answer, latencyPerChunk: 20 }, async ({ client, server, story }) => {
      const reader = (await client.messages.create(streamed))[Symbol.asyncIterator]();
      expect((await reader.next()).value).toMatchObject({ type: 'message_start' });
      expect(story).toEqual(['miss']);
      for (let turn = await reader.next(); turn.done !== true; ) turn = await reader.next();
      expect(server.count).toBe(1);
    });
  });

  test('is followed from its first chunk by those who ask while it runs', async () => {
    await withWire({ answer, latencyPerChunk: 5 }, async ({ client, server, story }) => {
      const ask = async () => chunksOf(await client.messages.create(streamed));
      const [first, second] = await Promise.all([ask(), ask()]);
      expect(second).toEqual(first);
      expect(server.count).toBe(1);
      expect(story).toContain('collapsed');
    });
  });

  test.each([
    ['left early', (stream: Stream<unknown>) => leave(stream)],
    ['aborted', (stream: Stream<unknown>) => stream.controller.abort()],
  ])('that is %s is ended upstream and not stored', async (_name, end) => {
    await withWire({ answer, latencyPerChunk: 10 }, async ({ client, server, store }) => {
      await end(await client.messages.create(streamed));
      await eventually(() => server.requests[0]?.aborted === true);
      expect(store.size).toBe(0);
    });
  });

  test.each([
    ['cut off', [{ kind: 'cut-socket' as const, afterEvents: 5, times: 1 }]],
    ['ended too soon', [{ kind: 'end-early' as const, afterEvents: 9, times: 1 }]],
  ])('that is %s is not stored', async (_name, faults) => {
    await withWire({ answer, faults }, async ({ client, server }) => {
      const ask = async () => chunksOf(await client.messages.create(streamed));
      await ask().catch(() => []);
      const whole = await ask();
      expect(await ask()).toEqual(whole);
      expect(server.count).toBe(2);
    });
  });

  test.each([
    ['stopped by the token limit', events('max_tokens')],
    ['a refusal', events('refusal')],
    [
      'broken by an error of the provider',
      [
        ...events().slice(0, 5),
        { type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } },
        ...events().slice(-1),
      ],
    ],
  ])('that is %s is given and not stored', async (_name, list) => {
    await withWire({ answer: () => sse(list) }, async ({ client, server, story }) => {
      const ask = async () => chunksOf(await client.messages.create(streamed));
      const one = await ask().catch((error: unknown) => String(error));
      expect(await ask().catch((error: unknown) => String(error))).toEqual(one);
      expect(server.count).toBe(2);
      expect(story).not.toContain('stored');
    });
  });
});

describe('the key', () => {
  const image = (data: string) => ({
    messages: [
      {
        role: 'user',
        content: [{ type: 'image', source: { type: 'base64', media_type: 'image/png', data } }],
      },
    ],
  });

  test.each([
    ['no stream and stream: false', {}, { stream: false }],
    ['two users', { metadata: { user_id: 'a' } }, { metadata: { user_id: 'b' } }],
    ['two service tiers', { service_tier: 'auto' }, { service_tier: 'standard_only' }],
    ['a cached prefix', { cache_control: { type: 'ephemeral' } }, {}],
    ['temperatures equal to two decimals', { temperature: 0.7 }, { temperature: 0.7000001 }],
    ['another order of fields', { system: 'x', tools: [] }, { tools: [], system: 'x' }],
  ])('is one for %s', async (_name, one, other) => {
    await withWire({ answer }, async ({ client, server }) => {
      await client.messages.create({ ...question, ...one } as typeof question);
      await client.messages.create({ ...question, ...other } as typeof question);
      expect(server.count).toBe(1);
    });
  });

  test.each([
    ['a field nobody knows yet', { brand_new: 1 }, {}],
    ['temperature', { temperature: 0.7 }, { temperature: 0.71 }],
    ['the token limit', { max_tokens: 65 }, {}],
    ['the model', { model: 'claude-other' }, {}],
    ['the system prompt', { system: 'Be brief.' }, { system: 'Be brief!' }],
    ['a tool', { tools: [{ name: 'a', input_schema: { type: 'object' } }] }, {}],
    ['thinking', { thinking: { type: 'enabled', budget_tokens: 1024 } }, {}],
    ['the bytes of an image', image('AAAA'), image('AAAB')],
    ['where it is computed', { inference_geo: 'eu' }, { inference_geo: 'us' }],
    ['speed', { speed: 'fast' }, {}],
  ])('differs by %s', async (_name, one, other) => {
    await withWire({ answer }, async ({ client, server }) => {
      await client.messages.create({ ...question, ...one } as typeof question);
      await client.messages.create({ ...question, ...other } as typeof question);
      expect(server.count).toBe(2);
    });
  });

  test('is one for two API keys, and differs by version header, by base URL and by body override', async () => {
    const other = await startWireServer({ answer });
    await withWire({ answer }, async ({ cache, server }) => {
      const ask = (client: Anthropic, options = {}) =>
        cachedAnthropic(client, { cache }).messages.create(question, options);
      await ask(clientOf(server));
      await ask(clientOf(server, { apiKey: 'sk-ant-another' }));
      await ask(clientOf(server, { apiKey: null, authToken: 'token' }));
      await ask(
        clientOf(server, {
          defaultHeaders: { 'User-Agent': 'sdk/9', 'x-stainless-package-version': '9' },
        }),
      );
      expect(server.count).toBe(1);
      await ask(clientOf(server), { headers: { 'anthropic-version': '2027-01-01' } });
      await ask(clientOf(server), { body: { ...question, system: 'x' } });
      expect(server.count).toBe(3);
      await ask(clientOf(other));
      expect(other.count).toBe(1);
    });
    await other.close();
  });

  test('covers what the middleware of the client makes of a request', async () => {
    await withWire({ answer }, async ({ server, cache }) => {
      for (const version of ['one', 'two', 'one']) {
        const own = clientOf(server, { middleware: [withHeader('anthropic-beta', version)] });
        await cachedAnthropic(own, { cache }).messages.create(question);
      }
      expect(server.count).toBe(2);
    });
  });

  test('cannot cover what the middleware of one call makes of it: such a call goes past the cache', async () => {
    await withWire({ answer }, async ({ client, server, story }) => {
      await client.messages.create(question);
      const middleware = [withHeader('anthropic-beta', 'one')];
      await client.messages.create(question, { middleware });
      expect(server.requests[1]?.headers['anthropic-beta']).toBe('one');
      expect(story).toEqual(['miss', 'stored', 'bypass']);
    });
  });

  test('is taken before the call, and answers are copies', async () => {
    await withWire({ answer }, async ({ client, server }) => {
      const mutable = structuredClone(question);
      const asked = client.messages.create(mutable);
      const first = await asked;
      first.content.pop();
      const second = await client.messages.create(mutable);
      expect(second.content).toHaveLength(1);
      expect(server.count).toBe(1);
    });
  });
});

describe('an answer that is not worth keeping', () => {
  test.each([
    ['truncated', message({ stop_reason: 'max_tokens' })],
    ['paused', message({ stop_reason: 'pause_turn' })],
    ['out of its context window', message({ stop_reason: 'model_context_window_exceeded' })],
    ['a refusal', message({ stop_reason: 'refusal' })],
    ['for a reason nobody knows yet', message({ stop_reason: 'brand_new' })],
    ['without a reason', message({ stop_reason: null })],
    ['empty', message({ content: [] })],
    ['blank', message({ content: [{ type: 'text', text: '' }] })],
    ['an error under status 200', { type: 'error', error: { type: 'api_error', message: 'no' } }],
  ])('is given and not stored: %s', async (_name, body) => {
    await withWire({ answer: () => json(body) }, async ({ client, server, story }) => {
      await client.messages.create(question);
      await client.messages.create(question);
      expect(server.count).toBe(2);
      expect(story).toEqual(['miss', 'not-admitted', 'miss', 'not-admitted']);
    });
  });

  test('is stored where it is admitted on purpose', async () => {
    const body = message({ stop_reason: 'max_tokens' });
    await withWire({ answer: () => json(body) }, async ({ cache, server }) => {
      const client = cachedAnthropic(clientOf(server), { cache, admit: { truncated: true } });
      for (const _round of [1, 2]) await client.messages.create(question);
      expect(server.count).toBe(1);
    });
  });

  test.each([429, 500, 400])('is the SDK error it is without a cache: %s', async (status) => {
    const failed = () => ({ status, body: { type: 'error', error: { type: 'x', message: 'no' } } });
    await withWire({ answer: failed }, async ({ client, server, story }) => {
      const caught = (error: unknown) => error as InstanceType<typeof Anthropic.APIError>; // tells it below
      const plain = await clientOf(server).messages.create(question).then(fail, caught);
      const cached = await client.messages.create(question).then(fail, caught);
      expect(cached).toBeInstanceOf(Anthropic.APIError);
      expect([cached.constructor, cached.message]).toEqual([plain.constructor, plain.message]);
      expect(story).toEqual(['miss', 'not-admitted']);
    });
  });

  test('does not come between the SDK and its retries, lost connections included', async () => {
    const faults = [
      { kind: 'refuse' as const, times: 1 },
      { kind: 'status' as const, status: 500, headers: { 'retry-after-ms': '1' }, times: 1 },
    ];
    await withWire({ answer, faults }, async ({ server, cache }) => {
      const client = cachedAnthropic(clientOf(server, { maxRetries: 2 }), { cache });
      for (const _round of [1, 2]) await client.messages.create(question);
      expect(server.count).toBe(3);
    });
    await withWire({ answer, faults }, async ({ client }) => {
      const lost = client.messages.create(question);
      await expect(lost).rejects.toBeInstanceOf(Anthropic.APIConnectionError);
    });
  });

  test('goes past the cache where it hangs on what the provider keeps', async () => {
    await withWire({ answer }, async ({ client, story }) => {
      const { messages } = client.beta;
      await messages.create({ ...question, container: 'container_1' });
      await messages.create({ ...question, container: { id: 'container_1' } });
      await messages.create({ ...question, thread: { type: 'create' } });
      await messages.create({ ...question, diagnostics: { previous_message_id: 'msg_0' } });
      expect(story).toEqual(['bypass', 'bypass', 'bypass', 'bypass']);
    });
  });

  test.each([
    ['web search', { tools: [{ type: 'web_search_20250305', name: 'web_search' }] }],
    ['code execution', { tools: [{ type: 'code_execution_20250825', name: 'code_execution' }] }],
    ['MCP', { mcp_servers: [{ type: 'url', name: 'm', url: 'https://example.com' }] }],
    ['a tool nobody knows yet', { tools: [{ type: 'brand_new_20300101', name: 'x' }] }],
  ])('is made with a tool of the provider: %s', async (_name, fields) => {
    await withWire({ answer }, async ({ client, story }) => {
      await client.beta.messages.create({ ...question, ...fields } as typeof question);
      expect(story).toEqual(['miss', 'not-admitted']);
    });
  });

  test('is no answer of a model: batches and files pass by', async () => {
    const batch = json({ id: 'msgbatch_1', type: 'message_batch' });
    await withWire({ answer: () => batch }, async ({ client, server, story }) => {
      const requests = [{ custom_id: 'a', params: question }];
      for (const _round of [1, 2]) await client.messages.batches.create({ requests });
      expect([server.count, story]).toEqual([2, ['bypass', 'bypass']]);
    });
  });
});

test('tools that look at nothing but the request do not keep an answer out', async () => {
  await withWire({ answer }, async ({ client, story }) => {
    await client.beta.messages.create({
      ...question,
      tools: [
        { name: 'mine', input_schema: { type: 'object' } },
        { type: 'bash_20250124', name: 'bash' },
        { type: 'tool_search_tool_regex_20251119', name: 'tool_search_tool_regex' },
      ],
    });
    expect(story).toEqual(['miss', 'stored']);
  });
});

test('a key, a token or a cookie never reaches the store', async () => {
  await withWire({ answer }, async ({ client, store }) => {
    await client.messages.create(question, { headers: { cookie: 'session=c00k1e' } });
    await chunksOf(client.messages.stream(question)).catch(() => []);
    const dump = JSON.stringify([...store]);
    expect(dump).toContain('Rivers bring salt.');
    for (const secret of [SECRET, 'c00k1e', 'a=b']) expect(dump).not.toContain(secret);
  });
});

describe('the adapter on a function', () => {
  let close = async () => {};
  afterEach(() => close());

  test('keys and admits as the client does, streams included', async () => {
    const server = await startWireServer({
      answer: ({ body }) => (body.includes('"stream":true') ? sse(events()) : answer()),
    });
    close = async () => server.close();
    const cache = createLlmCache();
    const client = clientOf(server);
    const options = { cache, adapter: anthropic };
    const ask = cachedLlmCall(function ask(request: typeof question) {
      return client.messages.create(request);
    }, options);
    const { info } = await ask.withInfo({ ...question });
    const again = await ask.withInfo({ ...question });
    expect([info.outcome, again.info.outcome, server.count]).toEqual(['miss', 'hit', 1]);
    expect(again.info.saved?.usage).toEqual({ inputTokens: 7, outputTokens: 3 });
    const stream = cachedLlmCall(function stream(request: typeof streamed) {
      return client.messages.create(request);
    }, options);
    const first = await chunksOf(await stream(streamed));
    expect(await chunksOf(await stream(streamed))).toEqual(first);
    expect(server.count).toBe(2);
  });
});

test.each([
  ['nothing', undefined],
  ['a class', Anthropic],
  ['another object', { messages: {} }],
])('a client that is %s is refused at once', (_name, client) => {
  expect(() => cachedAnthropic(client as never)).toThrow(
    expect.objectContaining({
      code: 'WRONG_CLIENT',
      message: expect.stringContaining('new Anthropic()'),
    }),
  );
});

test('a bad option is refused at once', async () => {
  const client = new Anthropic({ apiKey: 'none' });
  const bad = { ttl: 'soon' as never, cache: createLlmCache() };
  expect(() => cachedAnthropic(client, bad)).toThrow(
    expect.objectContaining({ code: 'INVALID_DURATION' }),
  );
});

type Next = (request: { headers: Headers }) => Promise<Response>;

function withHeader(name: string, value: string): never {
  const middleware = (request: { headers: Headers }, next: Next) => {
    request.headers.set(name, value);
    return next(request);
  };
  return middleware as never; // a middleware of the SDK, told in its own words above
}

async function leave(stream: AsyncIterable<unknown>): Promise<void> {
  for await (const _chunk of stream) break;
}

function fail(): never {
  throw new Error('This was to fail.');
}

async function eventually(isTrue: () => boolean): Promise<void> {
  for (let turn = 0; turn < 100 && !isTrue(); turn += 1) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  expect(isTrue()).toBe(true);
}
