import { countEntries } from '@cached-llm/testing';
import { describe, expect, test } from '@jest/globals';
import type { CohereClientV2 } from 'cohere-ai';
import { withWire } from './wire.ts';

const json = (body: unknown) => ({ body });

const base64Of = (numbers: readonly number[]) =>
  Buffer.from(new Float32Array(numbers).buffer).toString('base64');

/** Two numbers for each text, in each type that the API knows. */
const VECTORS: Readonly<Record<string, (text: string) => unknown>> = {
  float: (text) => [text.length, 0.5],
  int8: (text) => [text.length, -1],
  uint8: (text) => [text.length, 1],
  binary: (text) => [text.length - 128],
  ubinary: (text) => [text.length],
  base64: (text) => base64Of([text.length, 0.5]),
};

interface Asked {
  readonly texts: readonly string[];
  readonly embedding_types: readonly string[];
}

function embeddingsFor({ texts, embedding_types: types }: Asked, vectors = VECTORS) {
  return Object.fromEntries(
    types.map((type) => [type, texts.map((text) => vectors[type]?.(text))]),
  );
}

const answering =
  (vectors = VECTORS) =>
  ({ json: body }: { json: unknown }) => {
    const asked = body as Asked;
    const meta = { billed_units: { input_tokens: asked.texts.join('').length } };
    return json({ id: 'e', texts: asked.texts, embeddings: embeddingsFor(asked, vectors), meta });
  };

const embed = (
  client: CohereClientV2,
  texts: string[],
  types: readonly string[],
  more: object = {},
) =>
  client.embed({
    model: 'e',
    texts,
    inputType: 'search_query',
    embeddingTypes: types as ('float' | 'int8')[], // the types of the API
    ...more,
  });

describe('embeddings of Cohere', () => {
  test.each([...Object.keys(VECTORS).map((type) => [type]), Object.keys(VECTORS)])(
    'are stored text by text in the types %s',
    async (...types) => {
      await withWire({ answer: answering() }, async ({ client, server }) => {
        await embed(client, ['a', 'bb'], types);
        const { embeddings, texts } = await embed(client, ['ccc', 'bb', 'ccc'], types);
        expect(embeddings).toEqual(
          embeddingsFor({ texts: ['ccc', 'bb', 'ccc'], embedding_types: types }),
        );
        expect(texts).toEqual(['ccc', 'bb', 'ccc']);
        const asked = server.requests.map(({ json: body }) => (body as Asked).texts);
        expect(asked).toEqual([['a', 'bb'], ['ccc']]);
      });
    },
  );

  test('count what was billed', async () => {
    await withWire({ answer: answering() }, async ({ client }) => {
      const miss = await embed(client, ['a', 'bb'], ['float']);
      const partial = await embed(client, ['a', 'ccc'], ['float']);
      const hit = await embed(client, ['ccc', 'a'], ['float']);
      expect([miss, partial, hit].map(({ meta }) => meta?.billedUnits?.inputTokens)).toEqual([
        3, 3, 4,
      ]);
    });
  });

  test.each([
    ['empty', { ...VECTORS, int8: () => [] }],
    ['zeros', { ...VECTORS, int8: () => [0, 0] }],
    ['the base64 of nothing', { ...VECTORS, base64: () => '' }],
    ['the base64 of zeros', { ...VECTORS, base64: () => base64Of([0, 0]) }],
    ['zeros of floats', { ...VECTORS, float: () => [0, 0] }],
  ])('are not stored where those of one type are %s', async (_name, vectors) => {
    await withWire({ answer: answering(vectors) }, async ({ client, server, reasons }) => {
      for (const _round of [1, 2]) await embed(client, ['a'], ['float', 'int8', 'base64']);
      expect([server.count, reasons]).toEqual([2, ['incomplete', 'incomplete']]);
    });
  });

  test('are not stored where a type is missing that was asked for', async () => {
    const answer = () => json({ id: 'e', embeddings: { float: [[1, 2]] } });
    await withWire({ answer }, async ({ client, store }) => {
      await embed(client, ['a'], ['float', 'int8']);
      expect(countEntries(store)).toBe(0);
    });
  });

  test('are stored in the number of dimensions that the request names', async () => {
    await withWire({ answer: answering() }, async ({ client, server }) => {
      for (const _round of [1, 2]) {
        await embed(client, ['a'], ['float'], { outputDimension: 2 });
        await embed(client, ['a'], ['ubinary'], { outputDimension: 8 });
        await embed(client, ['a'], ['float'], { outputDimension: 256 });
      }
      expect(server.count).toBe(4);
    });
  });

  test('are of one model in one answer', async () => {
    let size = 2;
    const answer = answering({ float: () => Array(size).fill(1) });
    await withWire({ answer }, async ({ client, server }) => {
      await embed(client, ['old'], ['float']);
      size = 3;
      const { embeddings } = await embed(client, ['old', 'new'], ['float']);
      expect(embeddings.float?.map(({ length }) => length)).toEqual([3, 3]);
      const asked = server.requests.map(({ json: body }) => (body as Asked).texts);
      expect(asked).toEqual([['old'], ['new'], ['old', 'new']]);
    });
  });
});

describe('rerankings of Cohere', () => {
  const ranked = (...pairs: readonly (readonly [unknown, unknown])[]) => ({
    id: 'r',
    results: pairs.map(([index, relevance_score]) => ({ index, relevance_score })),
  });

  test.each([
    ['all documents', ranked([1, 0.9], [0, 0.9]), {}, 1],
    ['the best one', ranked([1, 0.9]), { topN: 1 }, 1],
    ['fewer than it may have', ranked([1, 0.9], [0, 0.1]), { topN: 5 }, 1],
    ['places from 1', ranked([1, 0.9], [2, 0.1]), {}, 2],
    ['a place twice', ranked([1, 0.9], [1, 0.1]), {}, 2],
    ['fewer than were asked for', ranked([1, 0.9]), {}, 2],
    ['more than were asked for', ranked([1, 0.9], [0, 0.1]), { topN: 1 }, 2],
    ['none', ranked(), {}, 2],
  ])('that have %s are stored or not', async (_name, body, more, calls) => {
    await withWire({ answer: () => json(body) }, async ({ client, server }) => {
      for (const _round of [1, 2]) {
        const response = await client.rerank({
          model: 'r',
          query: 'q',
          documents: ['a', 'b'],
          ...more,
        });
        expect(response.results).toHaveLength(body.results.length);
      }
      expect(server.count).toBe(calls);
    });
  });
});
