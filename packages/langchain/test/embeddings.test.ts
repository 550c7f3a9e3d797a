import { type Adapter, defaultAdapter } from '@cached-llm/core/adapter';
import { listedEmbeddings } from '@cached-llm/http';
import { cachedFetch } from '@cached-llm/langchain';
import type { ReceivedRequest } from '@cached-llm/testing';
import { describe, expect, test } from '@jest/globals';
import { OpenAIEmbeddings } from '@langchain/openai';
import { SECRET, type Wire, withWire } from './wire.ts';

/** As much of OpenAI's adapter as embeddings need. */
const openai: Adapter = { ...defaultAdapter, provider: 'openai', batch: listedEmbeddings };

const textsIn = ({ json }: ReceivedRequest) =>
  [(json as { input: string | string[] }).input].flat();

const answering =
  (vectorOf: (text: string) => unknown = (text) => [text.length, 1]) =>
  (received: ReceivedRequest) => {
    const texts = textsIn(received);
    const data = texts.map((text, index) => ({ index, embedding: vectorOf(text) }));
    return { body: { object: 'list', model: 'e', data, usage: { prompt_tokens: 1 } } };
  };

const embeddingsIn = ({ server, cache }: Wire, adapter?: Adapter) =>
  new OpenAIEmbeddings({
    model: 'e',
    apiKey: SECRET,
    maxRetries: 0,
    encodingFormat: 'float',
    configuration: { baseURL: `${server.url}/v1`, fetch: cachedFetch({ cache, adapter }) },
  });

describe('embeddings of LangChain with a cached fetch', () => {
  test('are answered from the store, text by text with an adapter', async () => {
    await withWire({ answer: answering() }, async (wire) => {
      const embeddings = embeddingsIn(wire, openai);
      await embeddings.embedDocuments(['a', 'bb']);
      expect(await embeddings.embedDocuments(['ccc', 'bb'])).toEqual([
        [3, 1],
        [2, 1],
      ]);
      expect(await embeddings.embedQuery('a')).toEqual([1, 1]);
      expect(wire.server.requests.map(textsIn)).toEqual([['a', 'bb'], ['ccc']]);
    });
  });

  test('are answered as a whole without an adapter', async () => {
    await withWire({ answer: answering() }, async (wire) => {
      const embeddings = embeddingsIn(wire);
      for (const _round of [1, 2]) await embeddings.embedDocuments(['a', 'bb']);
      expect(wire.server.count).toBe(1);
    });
  });

  test.each([
    ['with an adapter', openai],
    ['without one', undefined],
  ])('are not stored where they are zeros, %s', async (_name, adapter) => {
    await withWire({ answer: answering(() => [0, 0]) }, async (wire) => {
      const embeddings = embeddingsIn(wire, adapter);
      for (const _round of [1, 2]) await embeddings.embedQuery('a');
      expect(wire.server.count).toBe(2);
    });
  });
});
