import { createRequire } from 'node:module';
import { cachedMistral, mistral } from '@cached-llm/mistral';
import { countEntries } from '@cached-llm/testing';
import { describe, expect, test } from '@jest/globals';
import { HTTPClient, Mistral } from '@mistralai/mistralai';
import { clientOf, withWire } from './wire.ts';

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

describe('a client of the Mistral SDK', () => {
  test('has a native .parse()', async () => {
    // This is the zod of the SDK, because this package has none.
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

  test('embeds each text once, in any batch', async () => {
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

  test('uses the fetcher and the hooks of its HTTPClient, on a hit as well', async () => {
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

  test('does not change the given client', async () => {
    await withWire({ answer: hello }, async ({ server, cache }) => {
      const plain = clientOf(server);
      expect(cachedMistral(plain, { cache })).toBeInstanceOf(Mistral);
      await plain.chat.complete(question);
      await plain.chat.complete(question);
      expect(server.count).toBe(2);
    });
  });
});

test('a stream is assembled into the answer of the same call without streaming', () => {
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

const bodyOf = async (request: Request) => (await request.json()) as object;

test('the key is the same for no stream and stream: false', async () => {
  await withWire({ answer: hello }, async ({ client, server }) => {
    for (const fields of [{}, { stream: false }])
      await client.chat.complete({ ...question, ...fields });
    expect(server.count).toBe(1);
  });
});

test('the key differs by an unknown field, which a hook may write', async () => {
  await withWire({ answer: hello }, async ({ cache, server, client }) => {
    const httpClient = new HTTPClient().addHook('beforeRequest', async (request) => {
      const body = JSON.stringify({ ...(await bodyOf(request)), brand_new: 1 });
      return new Request(request, { body });
    });
    await client.chat.complete(question);
    await cachedMistral(clientOf(server, { httpClient }), { cache }).chat.complete(question);
    expect(server.count).toBe(2);
  });
});

describe('an answer that is not stored', () => {
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
  ])('is %s', (reason, body) => {
    expect(mistral.rejects(body, question)).toBe(reason);
  });

  test('is a batch of vectors that lacks one', async () => {
    const data = [{ object: 'embedding', index: 0, embedding: [1] }];
    const body = { id: 'e', object: 'list', model: 'm', usage, data };
    await withWire({ answer: () => json(body) }, async ({ client, store }) => {
      const vectors = await client.embeddings.create({ model: 'm', inputs: ['a', 'b'] });
      expect(vectors.data).toHaveLength(1);
      expect(countEntries(store)).toBe(0);
    });
  });

  test('comes from a tool of the provider, from an agent or from a conversation', async () => {
    await withWire({ answer: hello }, async ({ client, reasons }) => {
      await client.chat.complete({ ...question, tools: [{ type: 'web_search' }] });
      await client.agents.complete({ agentId: 'ag', messages: question.messages });
      const started = client.beta.conversations.start({ model: 'm', inputs: 'Hi' });
      await started.catch(() => {});
      expect(reasons).toEqual(['hosted-tool', 'endpoint', 'endpoint']);
    });
  });
});

class OwnClient extends HTTPClient {}

test('a client with an httpClient of another class is refused at definition', () => {
  expect(() => cachedMistral(new Mistral({ httpClient: new OwnClient() }))).toThrow(
    expect.objectContaining({
      code: 'WRONG_CLIENT',
      message: expect.stringContaining('fetcher'),
    }),
  );
});
