import { createRequire } from 'node:module';
import { cachedLlmCall } from '@cached-llm/core';
import { cachedMistral, mistral } from '@cached-llm/mistral';
import { startWireServer } from '@cached-llm/testing';
import { describe, expect, test } from '@jest/globals';
import { HTTPClient, Mistral } from '@mistralai/mistralai';
import { EventStream } from '@mistralai/mistralai/lib/event-streams';
import { chunksOf, clientOf, dumpOf, eventually, withWire } from './wire.ts';

const question = { model: 'mistral-test', messages: [{ role: 'user' as const, content: 'Hi' }] };
const head = { id: 'one', created: 1, model: 'mistral-test' };
const usage = { prompt_tokens: 5, completion_tokens: 3, total_tokens: 8 };

const chatAnswer = (message: object, finish_reason = 'stop') => ({
  ...head,
  object: 'chat.completion',
  choices: [{ index: 0, message: { role: 'assistant', ...message }, finish_reason }],
  usage,
});
const json = (body: unknown, headers = {}) => ({ headers, body });
const hello = () => json(chatAnswer({ content: 'Hello' }));

const chunk = (delta: object, finish_reason: string | null = null, rest = {}) => ({
  ...head,
  object: 'chat.completion.chunk',
  choices: [{ index: 0, delta, finish_reason }],
  ...rest,
});
const salty = [
  chunk({ role: 'assistant', content: '' }),
  chunk({ content: 'Salt, ' }),
  chunk({ content: 'vé' }),
  chunk({ content: '!' }, 'stop', { usage }),
  '[DONE]',
];
const sse = (body: readonly unknown[], rest = {}) => ({ kind: 'sse' as const, body, ...rest });
const streaming = () => sse(salty);
const ask = async (client: Mistral) => chunksOf(await client.chat.stream(question));

describe('a client of the Mistral SDK', () => {
  test('asks once, answers twice, and stays of its class', async () => {
    await withWire({ answer: hello }, async ({ server, client, story }) => {
      const first = await client.chat.complete(question);
      const second = await client.chat.complete(question);
      expect(client).toBeInstanceOf(Mistral);
      expect(second).toEqual(first);
      expect(second).not.toBe(first);
      expect(second.choices[0]?.message?.content).toBe('Hello');
      expect(server.count).toBe(1);
      expect(story).toEqual(['miss', 'stored', 'hit']);
    });
  });

  test('keeps .parse() native', async () => {
    // The SDK's own zod: this package has none.
    const { z } = createRequire(createRequire(import.meta.url).resolve('@mistralai/mistralai'))(
      'zod',
    );
    const request = { ...question, responseFormat: z.object({ mood: z.string() }) };
    const answer = () => json(chatAnswer({ content: '{"mood":"calm"}' }));
    await withWire({ answer }, async ({ client, server }) => {
      for (const _round of [1, 2]) {
        const parsed = await client.chat.parse(request);
        expect(parsed.choices?.[0]?.message?.parsed).toEqual({ mood: 'calm' });
      }
      expect(server.count).toBe(1);
    });
  });

  test('caches fill-in-the-middle', async () => {
    await withWire({ answer: hello }, async ({ client, server }) => {
      const complete = () => client.fim.complete({ model: 'codestral', prompt: 'const' });
      expect(await complete()).toEqual(await complete());
      expect(server.count).toBe(1);
    });
  });

  test('embeds each text once, in whatever batch it comes', async () => {
    const answer = ({ json: body }: { json: unknown }) => {
      const texts = [(body as { input: string | string[] }).input].flat();
      const data = texts.map((text, index) => ({
        object: 'embedding',
        index,
        embedding: [text.length],
      }));
      return json({ id: 'e', object: 'list', model: 'mistral-embed', usage, data });
    };
    await withWire({ answer }, async ({ client, server }) => {
      const embed = (inputs: string | string[]) =>
        client.embeddings.create({ model: 'mistral-embed', inputs });
      await embed(['a', 'bb']);
      const { data } = await embed(['ccc', 'bb', 'ccc']);
      expect(data.map(({ index, embedding }) => [index, embedding])).toEqual([
        [0, [3]],
        [1, [2]],
        [2, [3]],
      ]);
      expect((await embed('bb')).data[0]?.embedding).toEqual([2]);
      expect(server.requests.map(({ json: body }) => (body as { input: unknown }).input)).toEqual([
        ['a', 'bb'],
        ['ccc'],
      ]);
    });
  });

  test('keeps the fetcher and the hooks of its HTTPClient, on a hit too', async () => {
    await withWire({ answer: hello }, async ({ server, cache }) => {
      let fetched = 0;
      const httpClient = new HTTPClient({
        fetcher: (input, init) => {
          fetched += 1;
          return fetch(input, init);
        },
      });
      const paths: string[] = [];
      httpClient.addHook('beforeRequest', (request) => {
        paths.push(new URL(request.url).pathname);
      });
      const client = cachedMistral(clientOf(server, { httpClient }), { cache });
      await client.chat.complete(question);
      await client.chat.complete(question);
      expect(fetched).toBe(1);
      expect(paths).toEqual(['/v1/chat/completions', '/v1/chat/completions']);
    });
  });

  test('leaves the client that it was given as it was', async () => {
    await withWire({ answer: hello }, async ({ server, cache }) => {
      const plain = clientOf(server);
      cachedMistral(plain, { cache });
      await plain.chat.complete(question);
      await plain.chat.complete(question);
      expect(server.count).toBe(2);
    });
  });
});

describe('a stream', () => {
  test('comes from the store with the same events, as the class of the SDK', async () => {
    await withWire({ answer: streaming }, async ({ server, client, story }) => {
      const first = await ask(client);
      const second = await client.chat.stream(question);
      expect(second).toBeInstanceOf(EventStream);
      expect(await chunksOf(second)).toEqual(first);
      expect(first.map(({ data }) => data.choices[0]?.delta.content).join('')).toBe('Salt, vé!');
      expect(server.count).toBe(1);
      expect(story).toEqual(['miss', 'stored', 'hit']);
    });
  });

  test.each([
    ['byte by byte', { chunkSize: 'byte' as const }],
    ['with CRLF', { lineEnding: '\r\n' as const }],
    ['with CRLF, three bytes at a time', { lineEnding: '\r\n' as const, chunkSize: 3 }],
    ['compressed', { gzip: true }],
  ])('is stored and given again when it comes %s', async (_name, delivery) => {
    await withWire({ answer: streaming, ...delivery }, async ({ server, client }) => {
      const first = await ask(client);
      expect(await ask(client)).toEqual(first);
      expect(first).toHaveLength(4);
      expect(server.count).toBe(1);
    });
  });

  test('gives its first event before the last one was sent', async () => {
    const faults = [{ kind: 'hang' as const, afterEvents: 1 }];
    await withWire({ answer: streaming, faults }, async ({ client, story }) => {
      for await (const { data } of await client.chat.stream(question)) {
        expect(data.choices[0]?.delta.role).toBe('assistant');
        break;
      }
      expect(story[0]).toBe('miss');
    });
  });

  test('that is running is joined from its first event on', async () => {
    const answer = () => sse(salty, { latencyPerChunk: 5 });
    await withWire({ answer }, async ({ server, client, story }) => {
      const [first, second] = await Promise.all([ask(client), ask(client)]);
      expect(second).toEqual(first);
      expect(server.count).toBe(1);
      expect(story).toContain('collapsed');
    });
  });

  test('that is left early is not stored, and ends upstream', async () => {
    const answer = () => sse(salty, { latencyPerChunk: 10 });
    await withWire({ answer }, async ({ server, client, story }) => {
      for await (const _event of await client.chat.stream(question)) break;
      await eventually(() => server.requests[0]?.aborted === true);
      expect(story).toEqual(['miss', 'not-admitted: left']);
      expect(await ask(client)).toHaveLength(4);
      expect(server.count).toBe(2);
    });
  });

  test('that is aborted is not stored', async () => {
    const answer = () => sse(salty, { latencyPerChunk: 10 });
    await withWire({ answer }, async ({ server, client }) => {
      const controller = new AbortController();
      const stream = await client.chat.stream(question, { signal: controller.signal });
      const reading = chunksOf(stream);
      controller.abort();
      await expect(reading).rejects.toThrow();
      expect(await ask(client)).toHaveLength(4);
      expect(server.count).toBe(2);
    });
  });

  test.each(['cut-socket' as const, 'end-early' as const])(
    'that is torn by %s is not stored',
    async (kind) => {
      const faults = [{ kind, afterEvents: 2, times: 1 }];
      await withWire({ answer: streaming, faults }, async ({ server, client }) => {
        await ask(client).catch(() => []);
        const whole = await ask(client);
        expect(await ask(client)).toEqual(whole);
        expect(server.count).toBe(2);
      });
    },
  );

  test.each([
    ['an error in it', [...salty.slice(0, 2), { object: 'error', message: 'no', type: 'x' }]],
    ['a bare error in it', [...salty.slice(0, 2), { error: { message: 'no' } }, '[DONE]']],
    ['a length', [...salty.slice(0, 3), chunk({ content: '' }, 'length'), '[DONE]']],
    ['no end of its choice', [...salty.slice(0, 3), '[DONE]']],
    ['no text', [chunk({ role: 'assistant', content: '' }, 'stop'), '[DONE]']],
  ])('with %s is not stored', async (_name, body) => {
    await withWire({ answer: () => sse(body) }, async ({ server, client, store }) => {
      await ask(client).catch(() => []);
      await ask(client).catch(() => []);
      expect(server.count).toBe(2);
      expect(await dumpOf(store)).toBe('');
    });
  });

  test('is put together as the answer that would have come whole', () => {
    const { assemble } = mistral.stream;
    expect(assemble(salty)).toEqual(chatAnswer({ content: 'Salt, vé!' }));
    const call = { id: 'c', function: { name: 'now', arguments: '{}' }, index: 0 };
    const pieces = [
      { ...call, function: { name: 'now', arguments: '' } },
      { index: 0, function: { name: '', arguments: '{}' } },
    ];
    const calls = pieces.map((piece) => chunk({ tool_calls: [piece] }));
    const whole = assemble([...calls, chunk({ content: '' }, 'tool_calls')]);
    expect(whole?.choices).toEqual([
      { index: 0, finish_reason: 'tool_calls', message: { content: '', tool_calls: [call] } },
    ]);
    expect(assemble([{ error: 'no' }])).toEqual({ error: true });
    expect(assemble(salty.slice(0, 2))).toBeUndefined();
  });
});

const bodyOf = async (request: Request) => (await request.json()) as object;

describe('the key', () => {
  test.each([
    ['no stream and stream: false', {}, { stream: false }],
    ['other metadata', { metadata: { run: '1' } }, { metadata: { run: '2' } }],
    ['another prompt cache key', { promptCacheKey: 'a' }, { promptCacheKey: 'b' }],
    [
      'another service tier',
      { serviceTier: 'auto' as const },
      { serviceTier: 'standard_only' as const },
    ],
    ['temperatures equal to two decimals', { temperature: 0.7 }, { temperature: 0.7000001 }],
  ])('is one for %s', async (_name, one, other) => {
    await withWire({ answer: hello }, async ({ client, server }) => {
      for (const fields of [one, other]) await client.chat.complete({ ...question, ...fields });
      expect(server.count).toBe(1);
    });
  });

  const picture = (data: string) => ({
    messages: [
      {
        role: 'user' as const,
        content: [{ type: 'image_url' as const, imageUrl: `data:image/png;base64,${data}` }],
      },
    ],
  });
  const tool = (name: string) => ({
    tools: [{ type: 'function' as const, function: { name, parameters: {} } }],
  });

  test.each([
    ['temperature', { temperature: 0.7 }, { temperature: 0.71 }],
    ['max tokens', { maxTokens: 5 }, { maxTokens: 6 }],
    ['seed', { randomSeed: 1 }, { randomSeed: 2 }],
    ['safe prompt', { safePrompt: true }, {}],
    ['system prompt', { messages: [{ role: 'system' as const, content: 'x' }] }, {}],
    ['tools', tool('now'), tool('then')],
    ['bytes of a picture', picture('AAAA'), picture('AAAB')],
  ])('differs by %s', async (_name, one, other) => {
    await withWire({ answer: hello }, async ({ client, server }) => {
      for (const fields of [one, other]) await client.chat.complete({ ...question, ...fields });
      expect(server.count).toBe(2);
    });
  });

  test('differs by a field that nobody knows yet, by a header and by the base URL', async () => {
    const other = await startWireServer({ answer: hello });
    await withWire({ answer: hello }, async ({ cache, server, client }) => {
      const httpClient = new HTTPClient().addHook(
        'beforeRequest',
        async (request) =>
          new Request(request, {
            body: JSON.stringify({ ...(await bodyOf(request)), brand_new: 1 }),
          }),
      );
      await client.chat.complete(question);
      await cachedMistral(clientOf(server, { httpClient }), { cache }).chat.complete(question);
      await client.chat.complete(question, { headers: { 'x-version': '2' } });
      expect(server.count).toBe(3);
      await cachedMistral(clientOf(other), { cache }).chat.complete(question);
      expect(other.count).toBe(1);
    });
    await other.close();
  });

  test('is one for two API keys and two SDK versions, and no key is in the store', async () => {
    await withWire({ answer: hello }, async ({ cache, server, client, store }) => {
      await client.chat.complete(question);
      const options = { apiKey: 'key-other-secret', userAgent: 'speakeasy-sdk/typescript 9.9.9' };
      await cachedMistral(clientOf(server, options), { cache }).chat.complete(question);
      expect(server.count).toBe(1);
      const dump = await dumpOf(store);
      expect(dump).toContain('Hello');
      expect(dump).not.toContain('secret');
    });
  });

  test('is one for the same object asked twice, and for its fields in another order', async () => {
    await withWire({ answer: hello }, async ({ client, server }) => {
      const request = { ...question, topP: 0.5 };
      await client.chat.complete(request);
      await client.chat.complete(request);
      const { model, messages, topP } = request;
      await client.chat.complete({ topP, messages, model });
      expect(server.count).toBe(1);
    });
  });
});

describe('an answer that is not worth keeping', () => {
  const thinking = [{ type: 'thinking', thinking: [{ type: 'text', text: 'Hm' }] }];

  test.each([
    ['truncated', chatAnswer({ content: 'Half' }, 'length')],
    ['truncated', chatAnswer({ content: 'Half' }, 'model_length')],
    ['error', chatAnswer({ content: 'Half' }, 'error')],
    ['incomplete', chatAnswer({ content: 'Half' }, 'something_new')],
    ['empty', chatAnswer({ content: '' })],
    ['empty', chatAnswer({ content: thinking })],
    ['empty', { ...chatAnswer({}), choices: [] }],
    ['error', { object: 'error', message: 'overloaded' }],
  ])('is given and not stored: %s', async (reason, body) => {
    await withWire({ answer: () => json(body) }, async ({ client, server, story }) => {
      await client.chat.complete(question).catch(() => {});
      await client.chat.complete(question).catch(() => {});
      expect(server.count).toBe(2);
      expect(story.slice(0, 2)).toEqual(['miss', `not-admitted: ${reason}`]);
    });
  });

  test('is stored where it is admitted on purpose', async () => {
    const answer = () => json(chatAnswer({ content: 'Half' }, 'length'));
    await withWire({ answer }, async ({ cache, server }) => {
      const client = cachedMistral(clientOf(server), { cache, admit: { truncated: true } });
      await client.chat.complete(question);
      await client.chat.complete(question);
      expect(server.count).toBe(1);
    });
  });

  test('is a batch of vectors that lacks one', async () => {
    const data = [{ object: 'embedding', index: 0, embedding: [1] }];
    const body = { id: 'e', object: 'list', model: 'm', usage, data };
    await withWire({ answer: () => json(body) }, async ({ client, store }) => {
      const vectors = await client.embeddings.create({ model: 'm', inputs: ['a', 'b'] });
      expect(vectors.data).toHaveLength(1);
      expect(await dumpOf(store)).toBe('');
    });
  });

  test.each([429, 500, 400])('is the SDK error it is without a cache: %s', async (status) => {
    const answer = () => ({ status, body: { object: 'error', message: 'no' } });
    await withWire({ answer }, async ({ client, server, story }) => {
      const errorOf = (asked: Mistral) => asked.chat.complete(question).catch((error) => error);
      const plain = await errorOf(clientOf(server));
      const cached = await errorOf(client);
      expect([cached.constructor, cached.message]).toEqual([plain.constructor, plain.message]);
      expect(cached.statusCode).toBe(status);
      expect(story[0]).toBe('miss');
      expect(story[1]).toMatch('not-admitted');
    });
  });

  test('comes from a tool of the provider, from an agent or from a conversation', async () => {
    await withWire({ answer: hello }, async ({ client, story }) => {
      await client.chat.complete({ ...question, tools: [{ type: 'web_search' }] });
      await client.agents.complete({ agentId: 'ag', messages: question.messages });
      const started = client.beta.conversations.start({ model: 'm', inputs: 'Hi' });
      await started.catch(() => {});
      const endpoint = 'bypass: endpoint';
      expect(story).toEqual(['miss', 'not-admitted: hosted-tool', endpoint, endpoint]);
    });
  });
});

describe('the adapter on a function', () => {
  test('reads the words of the SDK as it reads those of the wire', async () => {
    const answer = ({ json: body }: { json: unknown }) =>
      (body as { stream: boolean }).stream ? streaming() : hello();
    await withWire({ answer }, async ({ server, cache }) => {
      const client = clientOf(server);
      const complete = cachedLlmCall(
        function complete(request: typeof question) {
          return client.chat.complete(request);
        },
        {
          cache,
          adapter: mistral,
        },
      );
      await complete.withInfo(question);
      const { info } = await complete.withInfo({ ...question });
      expect(info.saved?.usage).toEqual({ inputTokens: 5, outputTokens: 3 });
      const stream = cachedLlmCall(
        function stream(request: typeof question) {
          return client.chat.stream(request);
        },
        { cache, adapter: mistral },
      );
      const first = await chunksOf(await stream(question));
      expect(await chunksOf(await stream(question))).toEqual(first);
      expect(server.count).toBe(2);
    });
  });
});

class OwnClient extends HTTPClient {}

test.each([
  ['nothing', undefined, 'new Mistral()'],
  ['a class', Mistral, 'new Mistral()'],
  ['another object', { chat: {} }, 'new Mistral()'],
  [
    'one with an httpClient of another class',
    new Mistral({ httpClient: new OwnClient() }),
    'fetcher',
  ],
])('a client that is %s is refused at once', (_name, client, remedy) => {
  expect(() => cachedMistral(client as never)).toThrow(
    expect.objectContaining({ code: 'WRONG_CLIENT', message: expect.stringContaining(remedy) }),
  );
});
