import { cachedLlmCall, createLlmCache } from '@cached-llm/core';
import { cachedOpenAI, openai } from '@cached-llm/openai';
import { demoExchanges, type Exchange, startWireServer } from '@cached-llm/testing';
import { afterEach, describe, expect, test } from '@jest/globals';
import { AzureOpenAI, OpenAI } from 'openai';
import { zodResponseFormat, zodTextFormat } from 'openai/helpers/zod';
import { z } from 'zod';
import { chunksOf, clientOf, withWire } from './wire.ts';

const exchanges: Exchange[] = Object.values(demoExchanges);
const { whyIsTheSeaSalty, streamedChat, embeddings, responsesApi } = demoExchanges;

const chatAnswer = (content: string | null, rest = {}) => ({
  id: 'chatcmpl-1',
  object: 'chat.completion',
  created: 1,
  model: 'gpt-test',
  choices: [{ index: 0, message: { role: 'assistant', content, ...rest }, finish_reason: 'stop' }],
  usage: { prompt_tokens: 5, completion_tokens: 3, total_tokens: 8 },
});
const json = (body: unknown, headers = {}) => ({ status: 200, headers, body });
const question = { model: 'gpt-test', messages: [{ role: 'user' as const, content: 'Hi' }] };

describe('a client of the openai SDK', () => {
  test('asks once, answers twice, and stays of its class', async () => {
    await withWire({ exchanges }, async ({ server, client, story }) => {
      const first = await client.chat.completions.create(whyIsTheSeaSalty.request);
      const second = await client.chat.completions.create(whyIsTheSeaSalty.request);
      expect(client).toBeInstanceOf(OpenAI);
      expect(second).toEqual(first);
      expect(second).not.toBe(first);
      expect(server.count).toBe(1);
      expect(story).toEqual(['miss', 'stored', 'hit']);
    });
  });

  test('says on withResponse() where an answer comes from, and keeps its request id', async () => {
    const answer = () =>
      json(chatAnswer('Hello'), { 'x-request-id': 'req-7', 'set-cookie': 'a=b' });
    await withWire({ answer }, async ({ client, server }) => {
      const live = await client.chat.completions.create(question).withResponse();
      const hit = await client.chat.completions.create(question).withResponse();
      expect(live.response.headers.get('x-cached-llm')).toBe('miss');
      expect(hit.response.headers.get('x-cached-llm')).toBe('hit');
      expect(hit.response.headers.get('age')).toBe('0');
      expect(hit.response.headers.get('set-cookie')).toBeNull();
      expect(hit.response.url).toBe(`${server.url}/v1/chat/completions`);
      expect(hit.request_id).toBe('req-7');
      expect(hit.data).toHaveProperty('_request_id', 'req-7');
    });
  });

  test('streams the same chunks from the store', async () => {
    await withWire({ exchanges }, async ({ server, client }) => {
      const ask = async () => chunksOf(await client.chat.completions.create(streamedChat.request));
      const first = await ask();
      expect(await ask()).toEqual(first);
      expect(first.length).toBeGreaterThan(3);
      expect(server.count).toBe(1);
    });
  });

  test('lets followers join a running stream from its first chunk', async () => {
    await withWire({ exchanges, latencyPerChunk: 5 }, async ({ server, client, story }) => {
      const ask = async () => chunksOf(await client.chat.completions.create(streamedChat.request));
      const [first, second] = await Promise.all([ask(), ask()]);
      expect(second).toEqual(first);
      expect(server.count).toBe(1);
      expect(story).toContain('collapsed');
    });
  });

  test('does not store a stream that the caller leaves early, and ends it upstream', async () => {
    await withWire({ exchanges, latencyPerChunk: 10 }, async ({ server, client, story }) => {
      for await (const _chunk of await client.chat.completions.create(streamedChat.request)) break;
      await eventually(() => server.requests[0]?.aborted === true);
      expect(story).toEqual(['miss', 'not-admitted']);
      expect(
        (await chunksOf(await client.chat.completions.create(streamedChat.request))).length,
      ).toBeGreaterThan(3);
      expect(server.count).toBe(2);
    });
  });

  test('keeps .parse(), .stream() and runTools native', async () => {
    const schema = z.object({ mood: z.string() });
    const format = { ...question, response_format: zodResponseFormat(schema, 'mood') };
    const answer = () => json(chatAnswer('{"mood":"calm"}'));
    await withWire({ answer }, async ({ client, server }) => {
      for (const _round of [1, 2]) {
        const parsed = await client.chat.completions.parse(format);
        expect(parsed.choices[0]?.message.parsed).toEqual({ mood: 'calm' });
      }
      expect(server.count).toBe(1);
    });
    await withWire({ exchanges }, async ({ client, server }) => {
      const final = async () =>
        client.chat.completions.stream(streamedChat.request).finalChatCompletion();
      expect(await final()).toEqual(await final());
      expect(server.count).toBe(1);
    });
  });

  test('runs local tools on a hit, too', async () => {
    const call = { id: 'call_1', type: 'function', function: { name: 'now', arguments: '{}' } };
    const answer = ({ body }: { body: string }) =>
      json(
        body.includes('"tool"')
          ? chatAnswer('It is noon.')
          : {
              ...chatAnswer(null, { tool_calls: [call] }),
              choices: [
                {
                  index: 0,
                  message: { role: 'assistant', content: null, tool_calls: [call] },
                  finish_reason: 'tool_calls',
                },
              ],
            },
      );
    await withWire({ answer }, async ({ client, server }) => {
      let runs = 0;
      const ask = () =>
        client.chat.completions
          .runTools({
            ...question,
            tools: [
              {
                type: 'function',
                function: {
                  name: 'now',
                  description: 'The time',
                  parameters: { type: 'object', properties: {} },
                  parse: JSON.parse,
                  function: () => {
                    runs += 1;
                    return 'noon';
                  },
                },
              },
            ],
          })
          .finalContent();
      expect(await ask()).toBe('It is noon.');
      expect(await ask()).toBe('It is noon.');
      expect([runs, server.count]).toEqual([2, 2]);
    });
  });

  test('caches responses and embeddings, plain and parsed', async () => {
    await withWire({ exchanges }, async ({ client, server }) => {
      const first = await client.responses.create(responsesApi.request);
      const second = await client.responses.create(responsesApi.request);
      expect(second).toEqual(first);
      expect(second.output_text).toBe(first.output_text);
      const { encoding_format: _asked, ...request } = embeddings.request; // the SDK asks for base64 by itself, and decodes it
      const vectors = await client.embeddings.create(request);
      expect(await client.embeddings.create(request)).toEqual(vectors);
      expect(vectors.data[0]?.embedding.every(Number.isFinite)).toBe(true);
      expect(server.count).toBe(2);
    });
  });

  test('parses a structured response from the store', async () => {
    const text = { format: zodTextFormat(z.object({ mood: z.string() }), 'mood') };
    const content = [{ type: 'output_text', text: '{"mood":"calm"}', annotations: [] }];
    const output = [{ type: 'message', id: 'm', role: 'assistant', status: 'completed', content }];
    const body = { id: 'r', object: 'response', status: 'completed', model: 'gpt-test', output };
    await withWire({ answer: () => json(body) }, async ({ client, server }) => {
      for (const _round of [1, 2]) {
        const { output_parsed } = await client.responses.parse({
          model: 'gpt-test',
          input: 'Hi',
          text,
        });
        expect(output_parsed).toEqual({ mood: 'calm' });
      }
      expect(server.count).toBe(1);
    });
  });
});

describe('the key', () => {
  const answer = () => json(chatAnswer('Hello'));

  test.each([
    ['no stream and stream: false', {}, { stream: false }],
    ['another user', { user: 'a' }, { user: 'b' }],
    ['other metadata', { metadata: { run: '1' } }, { metadata: { run: '2' } }],
    ['another prompt cache key', { prompt_cache_key: 'a' }, { prompt_cache_key: 'b' }],
    ['temperatures equal to two decimals', { temperature: 0.7 }, { temperature: 0.7000001 }],
  ])('is one for %s', async (_name, one, other) => {
    await withWire({ answer }, async ({ client, server }) => {
      await client.chat.completions.create({ ...question, ...one } as typeof question);
      await client.chat.completions.create({ ...question, ...other } as typeof question);
      expect(server.count).toBe(1);
    });
  });

  test.each([
    ['temperature', { temperature: 0.7 }, { temperature: 0.71 }],
    ['max tokens by another name', { max_tokens: 5 }, { max_completion_tokens: 5 }],
    ['seed', { seed: 1 }, { seed: 2 }],
    [
      'a seed that a double cannot hold',
      { seed: '9007199254740992' },
      { seed: '9007199254740993' },
    ],
    ['a field nobody knows yet', { brand_new: 1 }, {}],
    ['system prompt', { messages: [{ role: 'system', content: 'x' }] }, {}],
  ])('differs by %s', async (_name, one, other) => {
    await withWire({ answer }, async ({ client, server }) => {
      for (const fields of [one, other]) {
        const body = JSON.stringify({ ...question, ...fields }).replace(/"(\d{16})"/, '$1');
        await client.chat.completions.create(question, {
          body: new TextEncoder().encode(body) as never,
          headers: { 'content-type': 'application/json' },
        });
      }
      expect(server.count).toBe(2);
    });
  });

  test('is one for two API keys, and differs by organization, by beta header and by base URL', async () => {
    const other = await startWireServer({ answer });
    await withWire({ answer }, async ({ cache, server }) => {
      const ask = (client: OpenAI, options = {}) =>
        cachedOpenAI(client, { cache }).chat.completions.create(question, options);
      await ask(clientOf(server));
      await ask(clientOf(server, { apiKey: 'sk-another' }));
      expect(server.count).toBe(1);
      await ask(clientOf(server, { organization: 'org-2' }));
      await ask(clientOf(server), { headers: { 'OpenAI-Beta': 'x=v2' } });
      expect(server.count).toBe(3);
      await ask(clientOf(other));
      expect(other.count).toBe(1);
    });
    await other.close();
  });

  test('keeps Azure deployments apart by their path', async () => {
    await withWire({ answer }, async ({ cache, server }) => {
      for (const deployment of ['one', 'two', 'one']) {
        const azure = new AzureOpenAI({
          apiKey: 'k',
          apiVersion: '2025-01-01',
          endpoint: server.url,
          deployment,
        });
        await cachedOpenAI(azure, { cache }).chat.completions.create(question);
      }
      expect(server.count).toBe(2);
    });
  });
});

describe('an answer that is not worth keeping', () => {
  const withFinish = (finish_reason: string) => ({
    ...chatAnswer('Half an ans'),
    choices: [{ index: 0, message: { role: 'assistant', content: 'Half' }, finish_reason }],
  });

  test.each([
    ['truncated', withFinish('length')],
    ['filtered', withFinish('content_filter')],
    ['a refusal', chatAnswer(null, { refusal: 'No.' })],
    ['empty', chatAnswer('')],
    ['an error under status 200', { error: { message: 'overloaded' } }],
    ['without choices', { ...chatAnswer(''), choices: [] }],
  ])('is given and not stored: %s', async (_name, body) => {
    await withWire({ answer: () => json(body) }, async ({ client, server, story }) => {
      await client.chat.completions.create(question);
      await client.chat.completions.create(question);
      expect(server.count).toBe(2);
      expect(story).toEqual(['miss', 'not-admitted', 'miss', 'not-admitted']);
    });
  });

  test('is stored where it is admitted on purpose', async () => {
    await withWire({ answer: () => json(withFinish('length')) }, async ({ cache, server }) => {
      const client = cachedOpenAI(clientOf(server), { cache, admit: { truncated: true } });
      await client.chat.completions.create(question);
      await client.chat.completions.create(question);
      expect(server.count).toBe(1);
    });
  });

  test.each([429, 500, 400])('is the SDK error it is without a cache: %s', async (status) => {
    const answer = () => ({ status, body: { error: { message: 'no', code: 'x' } } });
    await withWire({ answer }, async ({ client, server, story }) => {
      const plain = await clientOf(server)
        .chat.completions.create(question)
        .catch((error) => error);
      const cached = await client.chat.completions.create(question).catch((error) => error);
      expect(cached).toBeInstanceOf(OpenAI.APIError);
      expect([cached.constructor, cached.message]).toEqual([plain.constructor, plain.message]);
      expect(story).toEqual(['miss', 'not-admitted']);
    });
  });

  test.each([
    ['cut-socket', 'cut-socket' as const],
    ['end-early', 'end-early' as const],
  ])('is a torn stream: %s', async (_name, kind) => {
    const faults = [{ kind, afterEvents: 2, times: 1 }];
    await withWire({ exchanges, faults }, async ({ client, server }) => {
      const ask = async () => chunksOf(await client.chat.completions.create(streamedChat.request));
      await ask().catch(() => []);
      const whole = await ask();
      expect(await ask()).toEqual(whole);
      expect(server.count).toBe(2);
    });
  });

  test('goes past the cache where it hangs on state or on hosted tools', async () => {
    const body = { id: 'r', object: 'response', status: 'completed', model: 'm', output: [{}] };
    await withWire({ answer: () => json(body) }, async ({ client, story }) => {
      await client.responses.create({ model: 'm', input: 'Hi', previous_response_id: 'resp_1' });
      await client.responses.create({ model: 'm', input: 'Hi', background: true });
      await client.responses.create({ model: 'm', input: 'Hi', tools: [{ type: 'web_search' }] });
      expect(story).toEqual(['bypass', 'bypass', 'miss', 'not-admitted']);
    });
  });
});

describe('the adapter on a function', () => {
  let close = async () => {};
  afterEach(() => close());

  test('keys and admits as the client does, streams included', async () => {
    const server = await startWireServer({ exchanges });
    const cache = createLlmCache();
    close = async () => server.close();
    const client = clientOf(server);
    const ask = cachedLlmCall(
      function ask(request: typeof whyIsTheSeaSalty.request) {
        return client.chat.completions.create(request);
      },
      { cache, adapter: openai },
    );
    const { info } = await ask.withInfo({ ...whyIsTheSeaSalty.request });
    const again = await ask.withInfo({ ...whyIsTheSeaSalty.request });
    expect([info.outcome, again.info.outcome, server.count]).toEqual(['miss', 'hit', 1]);
    expect(again.info.saved?.usage?.outputTokens).toBeGreaterThan(0);
    const stream = cachedLlmCall(
      function stream(request: typeof streamedChat.request) {
        return client.chat.completions.create(request);
      },
      { cache, adapter: openai },
    );
    const first = await chunksOf(await stream(streamedChat.request));
    expect(await chunksOf(await stream(streamedChat.request))).toEqual(first);
    expect(server.count).toBe(2);
  });
});

test.each([
  ['nothing', undefined],
  ['a class', OpenAI],
  ['another object', { chat: {} }],
])('a client that is %s is refused at once', (_name, client) => {
  expect(() => cachedOpenAI(client as never)).toThrow(
    expect.objectContaining({
      code: 'WRONG_CLIENT',
      message: expect.stringContaining('new OpenAI()'),
    }),
  );
});

async function eventually(isTrue: () => boolean): Promise<void> {
  for (let turn = 0; turn < 100 && !isTrue(); turn += 1) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  expect(isTrue()).toBe(true);
}

test('a cached client that is cached again does not wait for itself', async () => {
  await withWire({ exchanges }, async ({ cache, client, server }) => {
    const twice = cachedOpenAI(client, { cache });
    const first = await twice.chat.completions.create(whyIsTheSeaSalty.request);
    expect(await twice.chat.completions.create(whyIsTheSeaSalty.request)).toEqual(first);
    expect(server.count).toBe(1);
  });
});
