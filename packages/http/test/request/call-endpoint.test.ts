import { createLlmCache } from '@cached-llm/core';
import { type Adapter, defaultAdapter } from '@cached-llm/core/adapter';
import { cachedFetch } from '@cached-llm/http';
import { type ReceivedRequest, startWireServer } from '@cached-llm/testing';
import { describe, expect, test } from '@jest/globals';
import { listedEmbeddings } from '../../src/adapter/embeddings.ts';
import { callEndpoint } from '../../src/request/index.ts';

describe('what a URL says of a call', () => {
  test.each([
    ['https://api.openai.com/v1/chat/completions', 'chat', 443],
    ['https://api.openai.com/v1/responses', 'chat', 443],
    ['https://api.openai.com/v1/completions', 'text_completion', 443],
    ['https://api.openai.com/v1/embeddings', 'embeddings', 443],
    ['https://x.openai.azure.com/openai/deployments/embed-it/chat/completions', 'chat', 443],
    ['https://api.anthropic.com/v1/messages', 'chat', 443],
    ['https://g.example/v1beta/models/gemini-3:generateContent', 'generate_content', 443],
    ['https://g.example/v1beta/models/gemini-3:streamGenerateContent', 'generate_content', 443],
    ['https://g.example/v1beta/models/gemini-embedding-2:batchEmbedContents', 'embeddings', 443],
    ['https://g.example/v1/publishers/anthropic/models/claude-5:rawPredict', 'chat', 443],
    ['https://g.example/v1/publishers/google/models/text-embedding-5:predict', 'embeddings', 443],
    ['https://b.example/model/cohere.embed-v4/converse', 'chat', 443],
    ['https://api.cohere.com/v2/embed', 'embeddings', 443],
    ['https://api.cohere.com/v2/rerank', 'rerank', 443],
    ['http://localhost:11434/api/generate', 'text_completion', 11434],
    ['http://localhost/api/embed', 'embeddings', 80],
    ['https://w.example/ml/v1/text/chat_stream', 'chat', 443],
    ['https://w.example/ml/v1/text/generation_stream', 'text_completion', 443],
    ['https://own.example/v1/summarise', undefined, 443],
  ])('%s is %s', (url, operation, port) => {
    const { hostname } = new URL(url);
    expect(callEndpoint(new URL(url))).toEqual({ operation, address: hostname, port });
  });

  test('is its host without its credentials, path and query', () => {
    const url = new URL('http://user:pass@[::1]:8080/sk-secret/v1/chat/completions?key=sk-secret');
    expect(callEndpoint(url)).toEqual({ operation: 'chat', address: '::1', port: 8080 });
  });
});

const adapter: Adapter = { ...defaultAdapter, provider: 'test', batch: listedEmbeddings };

/** A cache in front of a server that embeds, and the events of these names. */
async function startEmbedder(names: readonly ('stored' | 'not-admitted' | 'call-failed')[]) {
  const server = await startWireServer({
    answer: ({ json }: ReceivedRequest) => {
      const input = (json as { input: string[] }).input;
      if (input[0] === 'down') return { status: 503, body: { error: { message: 'no' } } };
      return { body: { data: input.map((_text, index) => ({ index, embedding: [1] })) } };
    },
  });
  let now = 0;
  const cache = createLlmCache({ now: () => now });
  const events: object[] = [];
  for (const name of names) cache.on(name, (event) => events.push({ name, ...event }));
  const fetch = cachedFetch({
    cache,
    adapter,
    fetch: async (input, init) => {
      now += 900; // the duration of the call
      return globalThis.fetch(input, init);
    },
  });
  const embed = (url: string, input: string[]) =>
    fetch(`${url}/v1/embeddings`, { method: 'POST', body: JSON.stringify({ model: 'm', input }) });
  return { server, cache, events, embed };
}

describe('a call for many items', () => {
  test('is one call of which each item has its share', async () => {
    const { server, cache, events, embed } = await startEmbedder(['stored']);
    await embed(server.url, ['a', 'b', 'c']);
    await cache.close();
    expect(events).toMatchObject([0, 1, 2].map((index) => ({ took: 300, part: { index, of: 3 } })));
    const { port } = new URL(server.url);
    const endpoint = { operation: 'embeddings', address: '127.0.0.1', port: Number(port) };
    expect(events).toMatchObject([0, 1, 2].map(() => ({ endpoint })));
    await server.close();
  });

  test('whose status is an error has it in the event of each item', async () => {
    const { server, cache, events, embed } = await startEmbedder(['not-admitted']);
    await embed(server.url, ['down', 'b']);
    await cache.close();
    const refused = { name: 'not-admitted', reason: 'status', error: '503' };
    expect(events).toMatchObject([refused, refused]);
    const places = events.map((event) => (event as { part?: { index: number } }).part?.index);
    expect(places.sort()).toEqual([0, 1]);
    await server.close();
  });

  test('that gets no answer has one event', async () => {
    const { server, events, embed } = await startEmbedder(['call-failed']);
    const { url } = server;
    await server.close();
    await expect(embed(url, ['a', 'b', 'c'])).rejects.toThrow();
    expect(events).toMatchObject([{ error: 'TypeError', took: 900 }]);
  });
});
