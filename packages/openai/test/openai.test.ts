import { createLlmCache } from '@cached-llm/core';
import { cachedOpenAI } from '@cached-llm/openai';
import { demoExchanges, type Exchange, serverSentEvents } from '@cached-llm/testing';
import { describe, expect, test } from '@jest/globals';
import { AzureOpenAI, OpenAI } from 'openai';
import { zodResponseFormat, zodTextFormat } from 'openai/helpers/zod';
import { z } from 'zod';
import { clientOf, withWire } from './wire.ts';

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
  test('states on withResponse() where an answer comes from, and its request id', async () => {
    const answer = () =>
      json(chatAnswer('Hello'), { 'x-request-id': 'req-7', 'set-cookie': 'a=b' });
    await withWire({ answer }, async ({ client, server }) => {
      const live = await client.chat.completions.create(question).withResponse();
      const hit = await client.chat.completions.create(question).withResponse();
      expect(client).toBeInstanceOf(OpenAI);
      expect(live.response.headers.get('x-cached-llm')).toBe('miss');
      expect(hit.response.headers.get('x-cached-llm')).toBe('hit');
      expect(hit.response.headers.get('age')).toBe('0');
      expect(hit.response.headers.get('set-cookie')).toBeNull();
      expect(hit.response.url).toBe(`${server.url}/v1/chat/completions`);
      expect([live.request_id, hit.request_id]).toEqual(['req-7', null]);
      expect(live.data).toHaveProperty('_request_id', 'req-7');
      expect(hit.data).toHaveProperty('_request_id', null);
      expect(hit.response.headers.get('x-cached-llm-first-request-id')).toBe('req-7');
    });
  });

  test('has native .parse(), .stream() and runTools', async () => {
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

  test('is the same for no stream and stream: false', async () => {
    await withWire({ answer }, async ({ client, server }) => {
      for (const fields of [{}, { stream: false as const }])
        await client.chat.completions.create({ ...question, ...fields });
      expect(server.count).toBe(1);
    });
  });

  test('differs by a seed that a double cannot hold', async () => {
    await withWire({ answer }, async ({ client, server }) => {
      for (const seed of ['9007199254740992', '9007199254740993']) {
        const body = JSON.stringify({ ...question, seed }).replace(/"(\d{16})"/, '$1');
        await client.chat.completions.create(question, {
          body: new TextEncoder().encode(body) as never,
          headers: { 'content-type': 'application/json' },
        });
      }
      expect(server.count).toBe(2);
    });
  });

  test('differs by organization and by beta header', async () => {
    await withWire({ answer }, async ({ client, cache, server }) => {
      await client.chat.completions.create(question);
      const other = cachedOpenAI(clientOf(server, { organization: 'org-2' }), { cache });
      await other.chat.completions.create(question);
      await client.chat.completions.create(question, { headers: { 'OpenAI-Beta': 'x=v2' } });
      expect(server.count).toBe(3);
    });
  });

  test('separates Azure deployments by their path', async () => {
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

test('gives a copy of a client of Azure in openai 4 what signs in', () => {
  const options = { apiKey: 'k', apiVersion: 'v', deployment: 'one' };
  const azure = new AzureOpenAI({ ...options, endpoint: 'https://one.example.com' });
  const signIn = { _azureADTokenProvider: async () => 'token' }; // a field that openai 4 has
  expect(cachedOpenAI(Object.assign(azure, signIn))).toMatchObject(signIn);
});

/** Derives its base URL from an argument of its own, so that a copy has another one. */
class TenantClient extends OpenAI {
  constructor(tenant: string, baseURL?: string) {
    super({ apiKey: 'k', baseURL: `${baseURL}/${tenant}/v1`, maxRetries: 0 });
  }
}

/** Writes the path of each request. */
class RegionClient extends OpenAI {
  region = 'eu';

  override buildURL(path: string, ...rest: [never]): string {
    return super.buildURL(`/${this.region}${path}`, ...rest);
  }
}

describe('a client of another class', () => {
  const answer = () => json(chatAnswer('Hello'));

  test('is refused by its class and version where its copy asks another server', async () => {
    await withWire({ answer }, async ({ cache, server }) => {
      const client = new TenantClient('acme', server.url);
      expect(() => cachedOpenAI(client, { cache })).toThrow(
        expect.objectContaining({
          code: 'WRONG_CLIENT',
          message: expect.stringMatching(/TenantClient\/JS \d+\.\d+\.\d+.*baseURL/),
        }),
      );
    });
  });

  test('has the key of the request as it leaves', async () => {
    await withWire({ answer }, async ({ cache, server }) => {
      for (const region of ['eu', 'us', 'eu']) {
        const cached = cachedOpenAI(new RegionClient({ apiKey: 'k', baseURL: server.url }), {
          cache,
        });
        cached.region = region;
        await cached.chat.completions.create(question);
      }
      expect(server.requests.map(({ path }) => path)).toEqual([
        '/eu/chat/completions',
        '/us/chat/completions',
      ]);
    });
  });

  test('of Azure has its deployment and its version, whatever the environment says', async () => {
    const before = process.env.OPENAI_API_VERSION;
    process.env.OPENAI_API_VERSION = '2099-01-01';
    try {
      await withWire({ answer }, async ({ cache, server }) => {
        for (const deployment of ['prod', 'test', 'prod']) {
          const options = { apiVersion: '2024-10-21', endpoint: server.url, deployment };
          const azure = new AzureOpenAI({ ...options, azureADTokenProvider: async () => 'token' });
          await cachedOpenAI(azure, { cache }).chat.completions.create(question);
        }
        expect(server.requests.map(({ path }) => path)).toEqual([
          '/openai/deployments/prod/chat/completions?api-version=2024-10-21',
          '/openai/deployments/test/chat/completions?api-version=2024-10-21',
        ]);
      });
    } finally {
      if (before === undefined) delete process.env.OPENAI_API_VERSION;
      else process.env.OPENAI_API_VERSION = before;
    }
  });
});

test('a call that depends on state bypasses the cache, and an answer of hosted tools is not stored', async () => {
  const body = { id: 'r', object: 'response', status: 'completed', model: 'm', output: [{}] };
  await withWire({ answer: () => json(body) }, async ({ client, story }) => {
    await client.responses.create({ model: 'm', input: 'Hi', previous_response_id: 'resp_1' });
    await client.responses.create({ model: 'm', input: 'Hi', background: true });
    await client.responses.create({ model: 'm', input: 'Hi', tools: [{ type: 'web_search' }] });
    expect(story).toEqual(['bypass', 'bypass', 'miss', 'not-admitted']);
  });
});

test('a prompt that OpenAI stores is cached by its version, and bypasses the cache without one', async () => {
  await withWire(
    { answer: () => demoExchanges.responsesApi.response },
    async ({ client, server, story }) => {
      const ask = (version?: string) =>
        client.responses.create({
          model: 'm',
          prompt: { id: 'pmpt_1', ...(version && { version }) },
        });
      await ask();
      await ask();
      expect([server.count, ...story]).toEqual([2, 'bypass', 'bypass']);
      await ask('3');
      await ask('3');
      await ask('4');
      expect(server.count).toBe(4);
    },
  );
});

test('a cached client that is cached again does not wait for itself', async () => {
  await withWire({ exchanges }, async ({ cache, client, server }) => {
    const twice = cachedOpenAI(client, { cache });
    const first = await twice.chat.completions.create(whyIsTheSeaSalty.request);
    expect(await twice.chat.completions.create(whyIsTheSeaSalty.request)).toEqual(first);
    expect(server.count).toBe(1);
  });
});

describe('an answer that is no stream where one was asked for, or a stream where none was', () => {
  const events = serverSentEvents(
    [{ choices: [{ index: 0, delta: { content: 'Hello' }, finish_reason: 'stop' }] }, '[DONE]'].map(
      (data) => ({ data }),
    ),
  );
  const streamed = { ...question, stream: true as const };

  test('is not stored, and the next call is made: JSON for a stream', async () => {
    const answers = [json(chatAnswer('Hello'))];
    const answer = () => answers.pop() ?? { kind: 'sse' as const, body: events };
    await withWire({ answer }, async ({ client, server, events: sent }) => {
      const said: unknown[] = [];
      for (const _round of [1, 2]) {
        for await (const chunk of await client.chat.completions.create(streamed)) {
          said.push(chunk.choices[0]?.delta.content);
        }
      }
      expect([server.count, said]).toEqual([2, ['Hello']]);
      expect(sent[1]).toMatchObject({ reason: 'content-type' });
    });
  });

  test('is not stored, and the next call is made: a stream for JSON', async () => {
    const answers = [{ kind: 'sse' as const, body: events }];
    const answer = () => answers.pop() ?? json(chatAnswer('Hello'));
    await withWire({ answer }, async ({ client, server, events: sent }) => {
      await client.chat.completions.create(question).asResponse();
      const { choices } = await client.chat.completions.create(question);
      expect([server.count, choices[0]?.message.content]).toEqual([2, 'Hello']);
      expect(sent[1]).toMatchObject({ reason: 'content-type' });
    });
  });
});

test('one warning says that clients with different fetch functions share answers', () => {
  const warnings: unknown[] = [];
  const { emitWarning } = process;
  process.emitWarning = (_warning: unknown, options?: unknown) => void warnings.push(options);
  try {
    const cache = createLlmCache();
    const own = (): typeof fetch => (input, init) => fetch(input, init);
    const cached = (given: object, options = {}) =>
      cachedOpenAI(new OpenAI({ apiKey: 'k', ...given }), { cache, ...options });
    const twice = cachedOpenAI(cached({}), { cache });
    cached({ fetch: own() }, { version: 'a' });
    expect([twice instanceof OpenAI, warnings]).toEqual([true, []]);
    for (const _client of [1, 2]) cached({ fetch: own() });
    expect(warnings).toEqual([{ type: 'LlmCacheWarning', code: 'OWN_FETCH' }]);
  } finally {
    process.emitWarning = emitWarning;
  }
});
