import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createLlmCache } from '@cached-llm/core';
import { type Adapter, defaultAdapter, type Fields } from '@cached-llm/core/adapter';
import { cachedFetch, type Fetch } from '@cached-llm/http';
import { sqliteStore } from '@cached-llm/store-sqlite';
import { type ReceivedRequest, startWireServer, temporaryFolder } from '@cached-llm/testing';
import { describe, expect, test } from '@jest/globals';
import { listedEmbeddings } from '../src/adapter/embeddings.ts';
import { withWire } from './wire.ts';

const adapter: Adapter = { ...defaultAdapter, provider: 'test', batch: listedEmbeddings };

function answer({ json }: ReceivedRequest) {
  const input = [(json as { input: string | string[] }).input].flat();
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

interface Sent {
  readonly status?: number;
  readonly statusText?: string;
  readonly type?: string;
  readonly body?: string;
}

interface AroundServer {
  readonly fetch: Fetch;
  readonly url: string;
  calls(): number;
}

/** Runs `use` with a cached fetch in front of a server that answers everything in one way. */
async function withServer(sent: Sent, use: (around: AroundServer) => Promise<void>): Promise<void> {
  let calls = 0;
  const server = createServer((received, response) => {
    calls += 1;
    received.resume();
    response.statusMessage = sent.statusText ?? '';
    response.writeHead(sent.status ?? 200, sent.type ? { 'content-type': sent.type } : {});
    response.end(sent.body);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const cache = createLlmCache();
  const { port } = server.address() as AddressInfo; // it listens on a port
  const fetch = cachedFetch({ cache, adapter });
  try {
    await use({ fetch, url: `http://127.0.0.1:${port}/v1/embeddings`, calls: () => calls });
  } finally {
    server.close();
    server.closeAllConnections();
    await cache.close();
  }
}

const urlOf = ({ url }: { readonly url: string }) => `${url}/v1/embeddings`;

describe('what the caller sends', () => {
  const given = '{ "model": "m",  "input": ["a", "bb"] }';

  test.each([
    ['a list', given],
    ['one text', '{"model":"m","input":"a"}'],
    ['an integer that JSON.parse rounds', '{"input":["a"],"seed":12345678901234567890}'],
  ])('is sent as it is where nothing is stored: %s', async (_name, body) => {
    await withWire({ answer, fetching: { adapter } }, async ({ server, fetch }) => {
      await fetch(urlOf(server), { method: 'POST', body });
      await fetch(urlOf(server), { method: 'POST', body });
      expect(server.requests.map(({ body: sent }) => sent)).toEqual([body]);
    });
  });

  test('is not written anew where a part of it is stored and JSON.parse would round an integer', async () => {
    await withWire({ answer, fetching: { adapter } }, async ({ server, fetch }) => {
      const bodies = ['["a"]', '["a","b"]'].map(
        (input) => `{"input":${input},"seed":12345678901234567890}`,
      );
      for (const body of bodies) await fetch(urlOf(server), { method: 'POST', body });
      expect(server.requests.map(({ body: sent }) => sent)).toEqual(bodies);
    });
  });

  test('is a Request where the caller gave one, for all texts and for some', async () => {
    const inputs: unknown[] = [];
    // It takes a Request alone, as a fetcher of Mistral's SDK may.
    const upstream = async (input: unknown) => {
      inputs.push(await (input as Request).clone().json());
      return globalThis.fetch(input as Request);
    };
    await withWire(
      { answer, fetching: { adapter, fetch: upstream as Fetch } },
      async ({ server, fetch }) => {
        const ask = (input: readonly string[]) =>
          fetch(
            new Request(urlOf(server), {
              method: 'POST',
              body: JSON.stringify({ model: 'm', input }),
            }),
          );
        await ask(['a']);
        const { data } = (await (await ask(['bb', 'a'])).json()) as { data: unknown };
        expect(data).toMatchObject([{ embedding: [2] }, { embedding: [1] }]);
        expect(inputs).toEqual([
          { model: 'm', input: ['a'] },
          { model: 'm', input: ['bb'] },
        ]);
      },
    );
  });

  test('is one request where the list is empty', async () => {
    await withWire({ answer, fetching: { adapter } }, async ({ server, fetch, story }) => {
      for (const _round of [1, 2]) {
        await fetch(urlOf(server), { method: 'POST', body: '{"model":"m","input":[]}' });
      }
      expect(server.count).toBe(2);
      expect(story).not.toContain('stored');
    });
  });
});

describe('what the provider answers', () => {
  test.each([
    ['no JSON', { type: 'text/html', body: '<h1>Hello</h1>' }],
    ['no JSON that says it is JSON', { type: 'application/json', body: '{"data": [' }],
    ['JSON with NaN', { type: 'application/json', body: '{"data":[{"embedding":[NaN]}]}' }],
    ['nothing', { status: 204, statusText: 'Nothing' }],
    ['an empty body', { type: 'application/json', body: '' }],
    ['a list', { type: 'application/json', body: '[1]' }],
    [
      'a failure',
      { status: 400, statusText: 'No', type: 'application/json', body: '{"error": 1}' },
    ],
    ['a failure that is no JSON', { status: 502, type: 'text/html', body: 'Bad gateway' }],
  ])('is returned as it came, and not stored: %s', async (_name, response) => {
    await withServer(response, async ({ fetch, url, calls }) => {
      for (const input of [['a', 'b'], ['a']]) {
        const init = { method: 'POST', body: JSON.stringify({ model: 'm', input }) };
        const bare = await globalThis.fetch(url, init);
        const cached = await fetch(url, init);
        expect([cached.status, cached.statusText]).toEqual([bare.status, bare.statusText]);
        expect(cached.headers.get('content-type')).toBe(bare.headers.get('content-type'));
        expect(await cached.text()).toBe(await bare.text());
      }
      expect(calls()).toBe(4);
    });
  });

  test('has its own status text where it is whole', async () => {
    const body = '{"data":[{"index":0,"embedding":[1]},{"index":1,"embedding":[2]}],"id":7.10}';
    const response = { status: 200, statusText: 'Fine', type: 'application/json', body };
    await withServer(response, async ({ fetch, url }) => {
      const init = { method: 'POST', body: JSON.stringify({ model: 'm', input: ['a', 'b'] }) };
      const miss = await fetch(url, init);
      expect([miss.statusText, miss.headers.get('x-cached-llm')]).toEqual(['Fine', 'miss']);
      expect(await miss.text()).toBe(body);
      const hit = await fetch(url, init);
      expect([hit.statusText, hit.headers.get('x-cached-llm')]).toEqual(['Fine', 'hit']);
    });
  });
});

test('a text that bypasses the cache is answered as it came, without a header of the cache', async () => {
  await withWire(
    { answer, fetching: { adapter, when: () => false } },
    async ({ server, fetch }) => {
      const body = '{"input":["a","a"]}';
      const response = await fetch(urlOf(server), { method: 'POST', body });
      expect(response.headers.get('x-cached-llm')).toBeNull();
      expect(await response.json()).toMatchObject({ data: [{ index: 0 }, { index: 1 }] });
      expect(server.requests.map(({ body: sent }) => sent)).toEqual([body]);
    },
  );
});
