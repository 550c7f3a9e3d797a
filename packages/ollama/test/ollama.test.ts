import { cachedLlmCall } from '@cached-llm/core';
import { cachedOllama, ollama } from '@cached-llm/ollama';
import { startWireServer } from '@cached-llm/testing';
import { describe, expect, jest, test } from '@jest/globals';
import shared, { Ollama } from 'ollama';
import { chunksOf, clientOf, dumpOf, eventually, withWire } from './wire.ts';

const question = { model: 'test', messages: [{ role: 'user', content: 'Hi' }] };
const streamed = () => ({ ...question, stream: true as const });
const counts = { total_duration: 9, prompt_eval_count: 5, eval_count: 3 };

const line = (fields: object, rest: object = { done: false }) => ({
  model: 'test',
  created_at: '2026-01-01T00:00:00Z',
  ...fields,
  ...rest,
});
const end = (done_reason: string) => ({ done: true, done_reason, ...counts });
const said = (content: string, rest = {}) => ({ message: { role: 'assistant', content, ...rest } });
const chatAnswer = (content: string, rest = {}) => line(said(content, rest), end('stop'));
const json = (body: unknown) => ({ body });
const hello = () => json(chatAnswer('Hello'));

const salty = [
  line(said('', { thinking: 'Hm' })),
  line(said('Salt, ')),
  line(said('vé!')),
  line(said(''), end('stop')),
];
const ndjson = (body: readonly unknown[], rest = {}) => ({
  kind: 'ndjson' as const,
  body,
  ...rest,
});
const streaming = () => ndjson(salty);
const ask = async (client: Ollama) => chunksOf(await client.chat(streamed()));

describe('a client of the Ollama SDK', () => {
  test('asks once, answers twice, and stays of its class', async () => {
    await withWire({ answer: hello }, async ({ server, client, story }) => {
      const first = await client.chat(question);
      const second = await client.chat(question);
      expect(client).toBeInstanceOf(Ollama);
      expect(second).toEqual(first);
      expect(second).not.toBe(first);
      expect(second.message.content).toBe('Hello');
      expect(server.count).toBe(1);
      expect(story).toEqual(['miss', 'stored', 'hit']);
    });
  });

  test('caches generate and the older way to embed', async () => {
    const answers: Readonly<Record<string, object>> = {
      '/api/generate': line({ response: 'Hello', context: [1, 2] }, end('stop')),
      '/api/embeddings': { embedding: [0.1, 0.2] },
    };
    const answer = ({ path }: { path: string }) => json(answers[path]);
    await withWire({ answer }, async ({ client, server }) => {
      const generate = () => client.generate({ model: 'test', prompt: 'Hi' });
      const embeddings = () => client.embeddings({ model: 'test', prompt: 'Hi' });
      expect(await generate()).toEqual(await generate());
      expect(await embeddings()).toEqual(await embeddings());
      expect(server.count).toBe(2);
    });
  });

  test('embeds each text once, in whatever batch it comes', async () => {
    const answer = ({ json: body }: { json: unknown }) => {
      const texts = [(body as { input: string | string[] }).input].flat();
      const embeddings = texts.map((text) => [text.length]);
      return json({ model: 'test', embeddings, prompt_eval_count: texts.length });
    };
    await withWire({ answer }, async ({ client, server }) => {
      const embed = (input: string | string[]) => client.embed({ model: 'test', input });
      await embed(['a', 'bb']);
      const vectors = await embed(['ccc', 'bb', 'ccc']);
      expect(vectors.embeddings).toEqual([[3], [2], [3]]);
      expect((await embed('bb')).embeddings).toEqual([[2]]);
      expect(server.requests.map(({ json: body }) => (body as { input: unknown }).input)).toEqual([
        ['a', 'bb'],
        ['ccc'],
      ]);
    });
  });

  test('keeps no vectors that do not match their texts', async () => {
    const answer = () => json({ model: 'test', embeddings: [[1], [2]] });
    await withWire({ answer }, async ({ client, store }) => {
      expect((await client.embed({ model: 'test', input: 'a' })).embeddings).toHaveLength(2);
      expect(await dumpOf(store)).toBe('');
    });
  });

  test('keeps its own fetch and headers, and leaves the client that it was given as it was', async () => {
    await withWire({ answer: hello }, async ({ server, cache }) => {
      let fetched = 0;
      const plain = clientOf(server, {
        fetch: (input: string, init: RequestInit) => {
          fetched += 1;
          return fetch(input, init);
        },
      });
      const client = cachedOllama(plain, { cache });
      await client.chat(question);
      await client.chat(question);
      expect(fetched).toBe(1);
      expect(server.requests[0]?.headers.authorization).toBe('Bearer key-test-secret');
      await plain.chat(question);
      expect([fetched, server.count]).toEqual([2, 2]);
    });
  });

  test('goes on through a proxy, and from the instance that the SDK shares', async () => {
    await withWire({ answer: hello }, async ({ server, cache }) => {
      const warned = jest.spyOn(console, 'error').mockReturnValue(); // of a path that is no URL
      const paths: string[] = [];
      const behind = (path: string, init: RequestInit) => {
        paths.push(path);
        return fetch(`${server.url}${path}`, init);
      };
      const proxied = new Ollama({ proxy: true, fetch: behind as typeof fetch });
      await cachedOllama(proxied, { cache }).chat(question);
      expect(paths).toEqual(['/api/chat']);
      warned.mockRestore();
      expect(cachedOllama(shared, { cache })).toBeInstanceOf(Ollama);
    });
  });

  test('lets pulling, showing and listing models pass by', async () => {
    const answer = () => json({ status: 'success', models: [] });
    await withWire({ answer }, async ({ client, server, store }) => {
      for (const _round of [1, 2]) {
        await client.pull({ model: 'test' });
        await client.show({ model: 'test' });
        await client.list();
      }
      expect(server.count).toBe(6);
      expect(await dumpOf(store)).toBe('');
    });
  });
});

describe('a stream', () => {
  test('comes from the store with the same lines, as the class of the SDK', async () => {
    await withWire({ answer: streaming }, async ({ server, client, story }) => {
      const live = await client.chat(streamed());
      const first = await chunksOf(live);
      const second = await client.chat(streamed());
      expect(second.constructor).toBe(live.constructor);
      expect(second.abort).toBe(live.abort);
      expect(await chunksOf(second)).toEqual(first);
      expect(first.map(({ message }) => message.content).join('')).toBe('Salt, vé!');
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

  test('gives its first line before the last one was sent', async () => {
    const faults = [{ kind: 'hang' as const, afterEvents: 1 }];
    await withWire({ answer: streaming, faults }, async ({ client, story }) => {
      for await (const { message } of await client.chat(streamed())) {
        expect(message.thinking).toBe('Hm');
        break;
      }
      expect(story[0]).toBe('miss');
    });
  });

  test('that is running is joined from its first line on', async () => {
    const answer = () => ndjson(salty, { latencyPerChunk: 5 });
    await withWire({ answer }, async ({ server, client, story }) => {
      const [first, second] = await Promise.all([ask(client), ask(client)]);
      expect(second).toEqual(first);
      expect(server.count).toBe(1);
      expect(story).toContain('collapsed');
    });
  });

  test('that is aborted is not stored, and ends upstream', async () => {
    const answer = () => ndjson(salty, { latencyPerChunk: 20 });
    await withWire({ answer }, async ({ server, client, store }) => {
      const stream = await client.chat(streamed());
      const reading = chunksOf(stream);
      stream.abort();
      await expect(reading).rejects.toThrow();
      await eventually(() => server.requests[0]?.aborted === true);
      const another = chunksOf(await client.chat(streamed()));
      client.abort();
      await expect(another).rejects.toThrow();
      expect(await dumpOf(store)).toBe('');
      expect(await ask(client)).toHaveLength(4);
      expect(server.count).toBe(3);
    });
  });

  test.each(['cut-socket' as const, 'end-early' as const])(
    'that is torn by %s is not stored',
    async (kind) => {
      const faults = [{ kind, afterEvents: 2, times: 1 }];
      await withWire({ answer: streaming, faults }, async ({ server, client }) => {
        await expect(ask(client)).rejects.toThrow();
        const whole = await ask(client);
        expect(await ask(client)).toEqual(whole);
        expect(server.count).toBe(2);
      });
    },
  );

  test.each([
    ['an error in it', [...salty.slice(0, 2), { error: 'out of memory' }]],
    ['a length', [...salty.slice(0, 3), line(said(''), end('length'))]],
    ['no end', salty.slice(0, 3)],
    ['no text', [line(said('', { thinking: 'Hm' })), line(said(''), end('stop'))]],
  ])('with %s is not stored', async (_name, body) => {
    await withWire({ answer: () => ndjson(body) }, async ({ server, client, store }) => {
      await ask(client).catch(() => []);
      await ask(client).catch(() => []);
      expect(server.count).toBe(2);
      expect(await dumpOf(store)).toBe('');
    });
  });

  test('is put together as the answer that would have come whole', () => {
    const { assemble } = ollama.stream;
    expect(assemble(salty)).toEqual(chatAnswer('Salt, vé!', { thinking: 'Hm' }));
    const call = { function: { name: 'now', arguments: {} } };
    const calls = [line(said('', { tool_calls: [call] })), line(said(''), end('stop'))];
    expect(assemble(calls)).toEqual(chatAnswer('', { tool_calls: [call] }));
    const texts = [
      line({ response: 'a' }),
      line({ response: '' }, { ...end('stop'), context: [1] }),
    ];
    expect(assemble(texts)).toEqual(line({ response: 'a' }, { ...end('stop'), context: [1] }));
    expect(assemble([{ error: 'no' }])).toEqual({ error: true });
    expect(assemble(salty.slice(0, 3))).toBeUndefined();
  });
});

describe('the key', () => {
  test.each([
    ['no stream and stream: false', {}, { stream: false as const }],
    ['another time in memory', { keep_alive: '5m' }, { keep_alive: 0 }],
    [
      'temperatures equal to two decimals',
      { options: { temperature: 0.7 } },
      { options: { temperature: 0.7000001 } },
    ],
  ])('is one for %s', async (_name, one, other) => {
    await withWire({ answer: hello }, async ({ client, server }) => {
      for (const fields of [one, other]) await client.chat({ ...question, ...fields });
      expect(server.count).toBe(1);
    });
  });

  const picture = (...bytes: number[]) => ({
    messages: [{ role: 'user', content: 'Hi', images: [new Uint8Array(bytes)] }],
  });
  const tool = (name: string) => ({ tools: [{ type: 'function', function: { name } }] });

  test.each([
    ['temperature', { options: { temperature: 0.7 } }, { options: { temperature: 0.71 } }],
    ['max tokens', { options: { num_predict: 5 } }, { options: { num_predict: 6 } }],
    ['seed', { options: { seed: 1 } }, { options: { seed: 2 } }],
    ['context size', { options: { num_ctx: 1024 } }, {}],
    ['thinking', { think: true }, {}],
    ['format', { format: 'json' }, {}],
    ['system prompt', { messages: [{ role: 'system', content: 'x' }] }, {}],
    ['tools', tool('now'), tool('then')],
    ['bytes of a picture', picture(1, 2), picture(1, 3)],
    ['a field that nobody knows yet', { brand_new: 1 }, {}],
  ])('differs by %s', async (_name, one, other) => {
    await withWire({ answer: hello }, async ({ client, server }) => {
      for (const fields of [one, other]) await client.chat({ ...question, ...fields });
      expect(server.count).toBe(2);
    });
  });

  test('differs by a header and by the host', async () => {
    const other = await startWireServer({ answer: hello });
    await withWire({ answer: hello }, async ({ cache, server, client }) => {
      await client.chat(question);
      const headers = { 'x-version': '2' };
      await cachedOllama(clientOf(server, { headers }), { cache }).chat(question);
      expect(server.count).toBe(2);
      await cachedOllama(clientOf(other), { cache }).chat(question);
      expect(other.count).toBe(1);
    });
    await other.close();
  });

  test('is one for two API keys and two SDK versions, and no key is in the store', async () => {
    await withWire({ answer: hello }, async ({ cache, server, client, store }) => {
      await client.chat(question);
      const headers = { authorization: 'Bearer key-other-secret', 'user-agent': 'ollama-js/9.9.9' };
      await cachedOllama(clientOf(server, { headers }), { cache }).chat(question);
      expect(server.count).toBe(1);
      const dump = await dumpOf(store);
      expect(dump).toContain('Hello');
      expect(dump).not.toContain('secret');
    });
  });

  test('is one for the same object asked twice, which the SDK changes', async () => {
    await withWire({ answer: hello }, async ({ client, server }) => {
      const request = { ...question, ...picture(1, 2) };
      await client.chat(request);
      await client.chat(request);
      expect(request.messages[0]?.images[0]).toBe('AQI=');
      await client.chat({ messages: request.messages, model: request.model });
      expect(server.count).toBe(1);
    });
  });

  test('tells no stream at all from stream: false, since the wire streams without it', async () => {
    await withWire({ answer: hello }, async ({ server, cache }) => {
      const asked: unknown[] = [];
      const ask = cachedLlmCall(
        async (request: object) => {
          asked.push(request);
          return chatAnswer('Hello');
        },
        { cache, adapter: ollama },
      );
      const { model, messages } = question;
      await ask({ model, messages });
      await ask({ model, messages, stream: false });
      expect(asked).toHaveLength(2);
      expect(server.count).toBe(0);
    });
  });
});

describe('an answer that is not worth keeping', () => {
  test.each([
    ['truncated', line(said('Half'), end('length'))],
    ['incomplete', line(said('Half'), end('unload'))],
    ['incomplete', line(said('Half'))],
    ['empty', chatAnswer('', { thinking: 'Hm' })],
    ['error', { error: 'overloaded' }],
  ])('is given and not stored: %s', async (reason, body) => {
    await withWire({ answer: () => json(body) }, async ({ client, server, story }) => {
      await client.chat(question);
      await client.chat(question);
      expect(server.count).toBe(2);
      expect(story.slice(0, 2)).toEqual(['miss', `not-admitted: ${reason}`]);
    });
  });

  test('is stored where it is admitted on purpose', async () => {
    const answer = () => json(line(said('Half'), end('length')));
    await withWire({ answer }, async ({ cache, server }) => {
      const client = cachedOllama(clientOf(server), { cache, admit: { truncated: true } });
      await client.chat(question);
      await client.chat(question);
      expect(server.count).toBe(1);
    });
  });

  test.each([429, 500, 404])('is the SDK error it is without a cache: %s', async (status) => {
    const answer = () => ({ status, body: { error: 'no' } });
    await withWire({ answer }, async ({ client, server, story }) => {
      const errorOf = (asked: Ollama) => asked.chat(question).catch((error) => error);
      const plain = await errorOf(clientOf(server));
      const cached = await errorOf(client);
      expect([cached.constructor, cached.message]).toEqual([plain.constructor, plain.message]);
      expect(cached.status_code).toBe(status);
      expect(story[0]).toBe('miss');
      expect(story[1]).toMatch('not-admitted');
    });
  });
});

describe('the adapter on a function', () => {
  test('keys and admits as the client does, streams included', async () => {
    const answer = ({ json: body }: { json: unknown }) =>
      (body as { stream: boolean }).stream ? streaming() : hello();
    await withWire({ answer }, async ({ server, cache }) => {
      const client = clientOf(server);
      const chat = cachedLlmCall((request: typeof question) => client.chat(request), {
        cache,
        adapter: ollama,
      });
      const request = { ...question };
      await chat.withInfo(request);
      const { info } = await chat.withInfo(request);
      expect(info.saved?.usage).toEqual({ inputTokens: 5, outputTokens: 3 });
      const stream = cachedLlmCall((asked: ReturnType<typeof streamed>) => client.chat(asked), {
        cache,
        adapter: ollama,
      });
      const first = await chunksOf(await stream(streamed()));
      expect(await chunksOf(await stream(streamed()))).toEqual(first);
      expect(server.count).toBe(2);
    });
  });
});

test.each([
  ['nothing', undefined],
  ['a class', Ollama],
  ['another object', { chat: {} }],
])('a client that is %s is refused at once', (_name, client) => {
  expect(() => cachedOllama(client as never)).toThrow(
    expect.objectContaining({
      code: 'WRONG_CLIENT',
      message: expect.stringContaining('new Ollama()'),
    }),
  );
});
