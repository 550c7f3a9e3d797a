import { cachedLlmCall } from '@cached-llm/core';
import { cachedOllama, ollama } from '@cached-llm/ollama';
import { chunksOf, countEntries, until } from '@cached-llm/testing';
import { describe, expect, jest, test } from '@jest/globals';
import shared, { Ollama } from 'ollama';
import { clientOf, withWire } from './wire.ts';

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

describe('a client of the Ollama SDK', () => {
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

  test('embeds each text once, in any batch', async () => {
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

  test('does not store vectors that do not match their texts', async () => {
    const answer = () => json({ model: 'test', embeddings: [[1], [2]] });
    await withWire({ answer }, async ({ client, store }) => {
      expect((await client.embed({ model: 'test', input: 'a' })).embeddings).toHaveLength(2);
      expect(countEntries(store)).toBe(0);
    });
  });

  test('uses the fetch and headers of the given client, and does not change that client', async () => {
    await withWire({ answer: hello }, async ({ server, cache }) => {
      let fetched = 0;
      const plain = clientOf(server, {
        fetch: (input: string, init: RequestInit) => {
          fetched += 1;
          return fetch(input, init);
        },
      });
      const client = cachedOllama(plain, { cache });
      expect(client).toBeInstanceOf(Ollama);
      await client.chat(question);
      await client.chat(question);
      expect(fetched).toBe(1);
      expect(server.requests[0]?.headers.authorization).toBe('Bearer key-test-secret');
      await plain.chat(question);
      expect([fetched, server.count]).toEqual([2, 2]);
    });
  });

  test('works behind a proxy, and with the instance that the SDK exports', async () => {
    await withWire({ answer: hello }, async ({ server, cache }) => {
      const warned = jest.spyOn(console, 'error').mockReturnValue(); // it warns of a path that is not a URL
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

  test('does not cache pulling, showing and listing models', async () => {
    const answer = () => json({ status: 'success', models: [] });
    await withWire({ answer }, async ({ client, server, store }) => {
      for (const _round of [1, 2]) {
        await client.pull({ model: 'test' });
        await client.show({ model: 'test' });
        await client.list();
      }
      expect(server.count).toBe(6);
      expect(countEntries(store)).toBe(0);
    });
  });
});

describe('a stream', () => {
  test('comes from the store as the class of the SDK', async () => {
    await withWire({ answer: () => ndjson(salty) }, async ({ server, client }) => {
      const live = await client.chat(streamed());
      const first = await chunksOf(live);
      const second = await client.chat(streamed());
      expect(second.constructor).toBe(live.constructor);
      expect(second.abort).toBe(live.abort);
      expect(await chunksOf(second)).toEqual(first);
      expect(server.count).toBe(1);
    });
  });

  test('that is aborted with all others of its client is not stored, and is aborted upstream', async () => {
    const answer = () => ndjson(salty, { latencyPerChunk: 20 });
    await withWire({ answer }, async ({ server, client, store }) => {
      const reading = chunksOf(await client.chat(streamed()));
      client.abort();
      await expect(reading).rejects.toThrow();
      await until('the server is left', () => server.requests[0]?.aborted);
      expect(countEntries(store)).toBe(0);
      expect(await chunksOf(client.chat(streamed()))).toHaveLength(4);
      expect(server.count).toBe(2);
    });
  });

  test('is assembled into the answer of the same call without streaming', () => {
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
  test('is the same for no stream and stream: false', async () => {
    await withWire({ answer: hello }, async ({ client, server }) => {
      for (const fields of [{}, { stream: false as const }])
        await client.chat({ ...question, ...fields });
      expect(server.count).toBe(1);
    });
  });

  test('is the same for one object that is passed twice, although the SDK changes it', async () => {
    await withWire({ answer: hello }, async ({ client, server }) => {
      const messages = [{ role: 'user', content: 'Hi', images: [new Uint8Array([1, 2])] }];
      const request = { ...question, messages };
      await client.chat(request);
      await client.chat(request);
      expect(request.messages[0]?.images[0]).toBe('AQI=');
      await client.chat({ messages: request.messages, model: request.model });
      expect(server.count).toBe(1);
    });
  });

  test('separates an absent stream from stream: false, because the server streams without it', async () => {
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

test.each([
  ['truncated', line(said('Half'), end('length'))],
  ['incomplete', line(said('Half'), end('unload'))],
  ['incomplete', line(said('Half'))],
  ['empty', chatAnswer('', { thinking: 'Hm' })],
  ['error', { error: 'overloaded' }],
])('an answer is not stored where it is %s', (reason, body) => {
  expect(ollama.rejects(body, question)).toBe(reason);
});
