import { createLlmCache } from '@cached-llm/core';
import { cachedGoogle } from '@cached-llm/google';
import { type ReceivedRequest, startWireServer } from '@cached-llm/testing';
import type { GoogleGenAI } from '@google/genai';
import { describe, expect, test } from '@jest/globals';
import { clientOf, withWire } from './wire.ts';

const vectorOf = (text: string) => [text.length, text.codePointAt(0) ?? 0];

interface GeminiBatch {
  readonly requests: readonly { readonly content: { readonly parts: [{ text: string }] } }[];
}

interface VertexBatch {
  readonly instances: readonly { readonly content: string }[];
}

const textsIn = (json: unknown) =>
  (json as GeminiBatch).requests?.map(({ content }) => content.parts[0].text) ??
  (json as VertexBatch).instances.map(({ content }) => content);

/** Embeds each text by its length and first letter. Each letter is one token. */
function answer({ json, path }: ReceivedRequest) {
  const texts = textsIn(json);
  const total = texts.join('').length;
  if (!path.endsWith(':predict')) {
    const embeddings = texts.map((text) => ({ values: vectorOf(text) }));
    return { body: { embeddings, usageMetadata: { promptTokenCount: total } } };
  }
  const predictions = texts.map((text) => ({
    embeddings: { values: vectorOf(text), statistics: { token_count: text.length } },
  }));
  return { body: { predictions, metadata: { billableCharacterCount: total } } };
}

const embed = async (client: GoogleGenAI, contents: string[]) => {
  const response = await client.models.embedContent({ model: 'text-embedding-005', contents });
  return { ...response, vectors: response.embeddings?.map(({ values }) => values) };
};

test.each([
  ['the Gemini API', false],
  ['Vertex AI', true],
])(
  'a batch asks %s for the missing texts only, once each, and gives all in their order',
  async (_name, vertexai) => {
    await withWire({ answer }, async ({ cache, server }) => {
      const client = cachedGoogle(clientOf(server, { vertexai }), { cache });
      await embed(client, ['b', 'a']);
      const batch = ['a', 'ccc', 'b', 'ccc', 'dd'];
      const partial = await embed(client, batch);
      expect(partial.vectors).toEqual(batch.map(vectorOf));
      expect(partial.sdkHttpResponse?.headers?.['x-cached-llm']).toBe('partial');
      expect(server.requests.map(({ json }) => textsIn(json))).toEqual([
        ['b', 'a'],
        ['ccc', 'dd'],
      ]);
      const hit = await embed(client, ['dd', 'b']);
      expect(hit.vectors).toEqual([vectorOf('dd'), vectorOf('b')]);
      expect(hit.sdkHttpResponse?.headers?.['x-cached-llm']).toBe('hit');
      if (vertexai) expect(partial.metadata).toEqual({ billableCharacterCount: 5 }); // what was billed
      expect(server.count).toBe(2);
    });
  },
);

test('a batch of the same text with another task is another batch', async () => {
  await withWire({ answer }, async ({ client, server }) => {
    for (const taskType of ['RETRIEVAL_QUERY', 'RETRIEVAL_DOCUMENT', 'RETRIEVAL_QUERY']) {
      await client.models.embedContent({ model: 'e', contents: ['a'], config: { taskType } });
    }
    expect(server.count).toBe(2);
  });
});

test('an answer without one vector for each text is returned and not stored', async () => {
  const short = () => ({ body: { embeddings: [{ values: [1] }] } });
  await withWire({ answer: short }, async ({ client, story }) => {
    expect((await embed(client, ['a', 'b'])).vectors).toEqual([[1]]);
    expect(story).not.toContain('stored');
  });
});

test('an empty vector is not stored, and another one of the batch is stored', async () => {
  const body = { embeddings: [{ values: [1] }, { values: [] }] };
  await withWire({ answer: () => ({ body }) }, async ({ client, story }) => {
    await embed(client, ['a', 'b']);
    expect([...story].sort()).toEqual(['batch', 'miss', 'miss', 'not-admitted', 'stored']);
  });
});

test('pictures are neither divided nor stored', async () => {
  const body = { predictions: [{ mimeType: 'image/png', bytesBase64Encoded: 'AAAA' }] };
  const server = await startWireServer({ answer: () => ({ body }) });
  const client = cachedGoogle(clientOf(server, { vertexai: true }), { cache: createLlmCache() });
  for (const _round of [1, 2]) {
    const image = await client.models.generateImages({ model: 'imagen-test', prompt: 'A wave' });
    expect(image.generatedImages).toHaveLength(1);
  }
  expect(server.count).toBe(2);
  await server.close();
});

describe.each([
  ['the Gemini API', false],
  ['Vertex AI', true],
])('vectors of %s', (_name, vertexai) => {
  /** Embeds each text by `valuesOf`, as the method does that is asked. */
  const answering =
    (valuesOf: () => unknown, named: object = {}) =>
    (received: ReceivedRequest) => {
      const texts = textsIn(received.json);
      const body = vertexai
        ? { predictions: texts.map(() => ({ embeddings: { values: valuesOf() } })), ...named }
        : { embeddings: texts.map(() => ({ values: valuesOf() })), ...named };
      return { body };
    };

  const run = async (
    answerAll: (received: ReceivedRequest) => { body: object },
    use: (client: GoogleGenAI, count: () => number) => Promise<void>,
  ) => {
    await withWire({ answer: answerAll }, async ({ cache, server }) => {
      await use(cachedGoogle(clientOf(server, { vertexai }), { cache }), () => server.count);
    });
  };

  test.each([
    ['empty', []],
    ['zeros', [0, 0]],
    ['nulls', [null, null]],
    ['texts', ['NaN']],
    ['missing', undefined],
  ])('are not stored where they are %s', async (_kind, values) => {
    await run(
      answering(() => values),
      async (client, count) => {
        for (const _round of [1, 2]) await embed(client, ['a']);
        expect(count()).toBe(2);
      },
    );
  });

  test('are stored in the number of dimensions that the request names', async () => {
    await run(
      answering(() => [1, 2]),
      async (client, count) => {
        for (const outputDimensionality of [2, 2, 768, 768]) {
          const config = { outputDimensionality };
          await client.models.embedContent({
            model: 'text-embedding-005',
            contents: ['a'],
            config,
          });
        }
        expect(count()).toBe(3);
      },
    );
  });

  test('are of one model in one answer', async () => {
    let values = [1, 2];
    await run(
      answering(() => values),
      async (client, count) => {
        await embed(client, ['old']);
        values = [1, 2, 3];
        expect((await embed(client, ['old', 'new'])).vectors).toEqual([values, values]);
        expect((await embed(client, ['old', 'new'])).vectors).toEqual([values, values]);
        expect(count()).toBe(3);
      },
    );
  });
});
