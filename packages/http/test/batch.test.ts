import { createLlmCache } from '@cached-llm/core';
import { type Adapter, defaultAdapter, type Fields } from '@cached-llm/core/adapter';
import { cachedFetch } from '@cached-llm/http';
import { sqliteStore } from '@cached-llm/store-sqlite';
import { type ReceivedRequest, startWireServer, temporaryFolder } from '@cached-llm/testing';
import { expect, test } from '@jest/globals';
import { listedEmbeddings } from '../src/adapter/embeddings.ts';

const adapter: Adapter = { ...defaultAdapter, provider: 'test', batch: listedEmbeddings };

function answer({ json }: ReceivedRequest) {
  const { input } = json as { input: string[] };
  const data = input.map((text, index) => ({ index, embedding: [text.length] }));
  return { body: { data, usage: { prompt_tokens: input.length, total_tokens: input.length } } };
}

test.each([
  ['memory', async () => undefined],
  ['a file', async (folder: string) => sqliteStore(`${folder}/llm.db`)],
])(
  'in %s a batch that is embedded again requests only the new texts, in one request',
  async (_name, storeIn) => {
    const folder = await temporaryFolder();
    const server = await startWireServer({ answer });
    const cache = createLlmCache({ store: await storeIn(folder.path) });
    const fetch = cachedFetch({ cache, adapter });
    const embed = async (input: string[]) => {
      const body = JSON.stringify({ model: 'm', input });
      const response = await fetch(`${server.url}/v1/embeddings`, { method: 'POST', body });
      return (await response.json()) as Fields;
    };
    const texts = Array.from({ length: 96 }, (_, index) => 'x'.repeat(index + 1));
    const first = await embed(texts);
    expect(await embed(texts)).toEqual(first);
    const { data } = await embed([...texts.slice(1), 'new', 'new', 'newer!']);
    expect((data as { embedding: number[] }[]).map(({ embedding }) => embedding[0])).toEqual([
      ...texts.slice(1).map((text) => text.length),
      3,
      3,
      6,
    ]);
    const asked = server.requests.map(({ json }) => (json as { input: string[] }).input.length);
    expect(asked).toEqual([96, 2]);
    await cache.close();
    await server.close();
    await folder.remove();
  },
);

test('two batches get their own responses where the provider leaves out vectors of one', async () => {
  const short = (received: ReceivedRequest) => {
    const { input } = received.json as { input: string[] };
    return input.includes('a') ? { body: { data: [], usage: {} } } : answer(received);
  };
  const server = await startWireServer({ answer: short, latencyPerChunk: 10 });
  const fetch = cachedFetch({ cache: createLlmCache(), adapter });
  const embed = async (input: string[]) => {
    const body = JSON.stringify({ model: 'm', input });
    return (await fetch(`${server.url}/v1/embeddings`, { method: 'POST', body })).json();
  };
  const [first, second] = await Promise.all([embed(['a', 'bb']), embed(['bb', 'ccc'])]);
  expect(first).toEqual({ data: [], usage: {} });
  expect(second).toMatchObject({ data: [{ embedding: [2] }, { embedding: [3] }] });
  await server.close();
});
