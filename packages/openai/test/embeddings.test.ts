import type { ReceivedRequest } from '@cached-llm/testing';
import { expect, test } from '@jest/globals';
import { withWire } from './wire.ts';

const vectorOf = (text: string) => [text.length, text.codePointAt(0) ?? 0];

/** Embeds each text by its length and first letter. Each letter is one token. */
function answer({ json }: ReceivedRequest) {
  const { input, model } = json as { input: string | string[]; model: string };
  const texts = [input].flat();
  const data = texts.map((text, index) => ({
    object: 'embedding',
    index,
    embedding: vectorOf(text),
  }));
  const tokens = texts.join('').length;
  const usage = { prompt_tokens: tokens, total_tokens: tokens };
  return { body: { object: 'list', data, model, usage } };
}

const request = (input: string | string[]) => ({
  model: 'embedder',
  input,
  encoding_format: 'float' as const,
});

test('a batch requests the missing texts only, once each, and returns all in their order', async () => {
  await withWire({ answer }, async ({ client, server }) => {
    await client.embeddings.create(request(['b', 'a']));
    const { data, usage } = await client.embeddings.create(request(['a', 'ccc', 'b', 'ccc', 'dd']));
    expect(data.map(({ embedding }) => embedding)).toEqual(
      ['a', 'ccc', 'b', 'ccc', 'dd'].map(vectorOf),
    );
    expect(data.map(({ index }) => index)).toEqual([0, 1, 2, 3, 4]);
    expect(server.requests.map(({ json }) => (json as { input: unknown }).input)).toEqual([
      ['b', 'a'],
      ['ccc', 'dd'],
    ]);
    expect(usage).toEqual({ prompt_tokens: 5, total_tokens: 5 }); // what the provider billed
  });
});

test('a batch that was embedded before makes no request, and one text is a batch of one', async () => {
  await withWire({ answer }, async ({ client, server }) => {
    const first = await client.embeddings.create(request(['one', 'two']));
    const { data, response } = await client.embeddings
      .create(request(['one', 'two']))
      .withResponse();
    expect(data).toEqual(first);
    expect(response.headers.get('x-cached-llm')).toBe('hit');
    const single = await client.embeddings.create(request('two'));
    expect(single.data[0]?.embedding).toEqual(vectorOf('two'));
    expect(server.count).toBe(1);
  });
});

test('a batch of which a part was embedded before has the outcome partial', async () => {
  await withWire({ answer }, async ({ client }) => {
    await client.embeddings.create(request(['one']));
    const { response } = await client.embeddings.create(request(['one', 'two'])).withResponse();
    expect(response.headers.get('x-cached-llm')).toBe('partial');
  });
});

test('two batches at the same time request a common text once', async () => {
  await withWire({ answer, latencyPerChunk: 10 }, async ({ client, server }) => {
    await Promise.all([
      client.embeddings.create(request(['x', 'common'])),
      client.embeddings.create(request(['common', 'y'])),
    ]);
    const asked = server.requests.flatMap(({ json }) => (json as { input: string[] }).input);
    expect(asked.sort()).toEqual(['common', 'x', 'y']);
  });
});

test('an answer without one vector for each text is returned and not stored', async () => {
  const short = () => ({ body: { object: 'list', data: [], model: 'embedder', usage: {} } });
  await withWire({ answer: short }, async ({ client, story }) => {
    const { data } = await client.embeddings.create(request(['a', 'b']));
    expect(data).toEqual([]);
    expect(story).not.toContain('stored');
  });
});

test('a provider that fails rejects the whole batch with the error of the SDK', async () => {
  const busy = () => ({ status: 429, body: { error: { message: 'slow down' } } });
  await withWire({ answer: busy }, async ({ client, server }) => {
    await expect(client.embeddings.create(request(['a', 'b']))).rejects.toThrow('slow down');
    expect(server.count).toBe(1);
  });
});
