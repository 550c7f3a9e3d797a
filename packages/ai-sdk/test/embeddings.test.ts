import { aiSdk, cachedAiSdk } from '@cached-llm/ai-sdk';
import { describe, expect, test } from '@jest/globals';
import { embed, embedMany } from 'ai';
import { type Wire, withWire } from './wire.ts';

interface Received {
  readonly json: unknown;
}

const textsIn = ({ json }: Received) => (json as { input: readonly string[] }).input;

/** Embeds each text by `vectorOf`, a token a letter. */
const answering =
  (vectorOf: (text: string) => unknown = (text) => [text.length, 1]) =>
  (received: Received) => {
    const texts = textsIn(received);
    const data = texts.map((text, index) => ({ index, embedding: vectorOf(text) }));
    const tokens = texts.join('').length;
    const usage = { prompt_tokens: tokens, total_tokens: tokens };
    return { body: { object: 'list', model: 'embed-test', data, usage } };
  };

const modelIn = ({ client, cache }: Wire) => cachedAiSdk(client.embedding('embed-test'), { cache });

describe('an embedding model of the AI SDK', () => {
  test('returns what the provider answered, whole, where nothing is stored', async () => {
    await withWire({ answer: answering() }, async (wire) => {
      const bare = await wire.client.embedding('embed-test').doEmbed({ values: ['a', 'bb'] });
      const miss = await modelIn(wire).doEmbed({ values: ['a', 'bb'] });
      expect({ ...miss, response: undefined }).toEqual({ ...bare, response: undefined });
      expect(miss.response?.body).toEqual(bare.response?.body);
      expect(miss.response?.headers).toMatchObject({ 'x-cached-llm': 'miss' });
    });
  });

  test('says of a partial hit what was billed', async () => {
    await withWire({ answer: answering() }, async (wire) => {
      const model = modelIn(wire);
      await embedMany({ model, values: ['a', 'bb'] });
      const partial = await embedMany({ model, values: ['a', 'ccc'] });
      expect(partial.usage.tokens).toBe(3);
      expect(partial.responses?.[0]?.headers).toMatchObject({ 'x-cached-llm': 'partial' });
      expect(wire.server.requests.map(textsIn)).toEqual([['a', 'bb'], ['ccc']]);
    });
  });

  test.each([
    ['empty', () => []],
    ['zeros', () => [0, 0]],
  ])('stores no vector that is %s', async (_name, vectorOf) => {
    await withWire({ answer: answering(vectorOf) }, async (wire) => {
      const model = modelIn(wire);
      for (const _round of [1, 2]) await embed({ model, value: 'a' });
      expect([wire.server.count, wire.reasons]).toEqual([2, ['incomplete', 'incomplete']]);
    });
  });

  test('stores vectors in the number of dimensions that the options name', async () => {
    await withWire({ answer: answering() }, async (wire) => {
      const model = modelIn(wire);
      for (const dimensions of [2, 2, 256, 256]) {
        await embed({ model, value: 'a', providerOptions: { openai: { dimensions } } });
      }
      expect(wire.server.count).toBe(3);
    });
  });

  test('returns vectors of one model in one answer', async () => {
    let size = 2;
    await withWire({ answer: answering(() => Array(size).fill(1)) }, async (wire) => {
      const model = modelIn(wire);
      await embedMany({ model, values: ['old'] });
      size = 3;
      const { embeddings } = await embedMany({ model, values: ['old', 'new'] });
      expect(embeddings.map(({ length }) => length)).toEqual([3, 3]);
      expect(wire.server.requests.map(textsIn)).toEqual([['old'], ['new'], ['old', 'new']]);
    });
  });
});

describe('a result that a function returns', () => {
  test.each([
    ['embed', { value: 'a', embedding: [1] }, {}],
    ['embedMany', { values: ['a'], embeddings: [[1]] }, { values: ['a'] }],
    ['rerank', { ranking: [{ originalIndex: 0, score: 0.5 }] }, { documents: ['a'], topN: 1 }],
    [
      'a reranking model',
      { ranking: [{ index: 0, relevanceScore: 0.5 }] },
      { documents: { type: 'text', values: ['a'] } },
    ],
  ])('may be stored: %s', (_name, result, request) => {
    expect(aiSdk.rejects(result, request)).toBeUndefined();
  });

  test.each([
    ['embed', { value: 'a', embedding: [0] }, {}],
    ['embedMany', { embeddings: [[1], [1, 2]] }, { values: ['a', 'b'] }],
    ['embedMany, too few', { embeddings: [[1]] }, { values: ['a', 'b'] }],
    ['rerank, from 1', { ranking: [{ originalIndex: 1, score: 0.5 }] }, { documents: ['a'] }],
    ['rerank, no score', { ranking: [{ originalIndex: 0, score: null }] }, { documents: ['a'] }],
    ['rerank, too few', { ranking: [{ originalIndex: 0, score: 1 }] }, { documents: ['a', 'b'] }],
  ])('is rejected: %s', (_name, result, request) => {
    expect(aiSdk.rejects(result, request)).toBe('incomplete');
  });
});
