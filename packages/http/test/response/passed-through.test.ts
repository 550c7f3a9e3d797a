import { createLlmCache } from '@cached-llm/core';
import { cachedFetch, type Fetch } from '@cached-llm/http';
import { describe, expect, test } from '@jest/globals';
import {
  bytesOf,
  chatAnswer,
  eventually,
  jsonPost,
  question,
  readerOf,
  withWire,
} from '../wire.ts';

const text = JSON.stringify(question);
const form = () => {
  const data = new FormData();
  data.append('file', new Blob(['x']), 'x.txt');
  return data;
};

/** A cached fetch over one that records its arguments. */
function noted() {
  const calls: Parameters<Fetch>[] = [];
  const story: string[] = [];
  const cache = createLlmCache();
  for (const name of ['miss', 'bypass', 'hit'] as const) cache.on(name, () => story.push(name));
  const fetch = cachedFetch({
    cache,
    fetch: async (...given) => {
      calls.push(given);
      return Response.json(chatAnswer);
    },
  });
  return { calls, story, fetch };
}

describe('a request that is not a JSON POST', () => {
  const url = 'https://api.test/v1/chat';
  test.each<[string, string, RequestInit | undefined]>([
    ['a GET', url, undefined],
    ['a GET with an init', url, { headers: { accept: 'application/json' } }],
    ['a DELETE', url, { method: 'DELETE' }],
    ['a PUT of JSON', url, { method: 'PUT', body: text }],
    ['a form', url, { method: 'POST', body: form() }],
    ['a file', url, { method: 'POST', body: new Blob([text]) }],
    ['bytes that are not text', url, { method: 'POST', body: new Uint8Array([0xff, 0x00, 0x80]) }],
    ['a query string', url, { method: 'POST', body: new URLSearchParams({ a: '1' }) }],
    ['text that is not JSON', url, { method: 'POST', body: 'grant_type=token' }],
    ['JSON that is not an object', url, { method: 'POST', body: '"Hi"' }],
    ['no body', url, { method: 'POST' }],
    ['an empty body', url, { method: 'POST', body: '' }],
    ['a data: URL', 'data:,', undefined],
    ['a POST to a data: URL', 'data:,', { method: 'POST', body: text }],
    ['only a path', '/v1/chat', { method: 'POST', body: text }],
  ])('is passed on unchanged: %s', async (_name, input, init) => {
    const { calls, story, fetch } = noted();
    await fetch(input, init);
    await fetch(input, init);
    expect(calls).toHaveLength(2);
    expect(calls[0]?.[0]).toBe(input);
    expect(calls[0]?.[1]).toBe(init);
    expect(story).toEqual([]);
  });

  test('is passed on synchronously, because its arguments may change afterwards', () => {
    const { calls, fetch } = noted();
    void fetch(url);
    expect(calls).toHaveLength(1);
  });

  test('is passed on unread where its body is a stream', async () => {
    const { calls, fetch } = noted();
    const body = new Blob([text]).stream();
    await fetch(url, { method: 'POST', body, duplex: 'half' } as RequestInit);
    expect(calls[0]?.[1]?.body).toBe(body);
    expect(body.locked).toBe(false);
  });

  test.each([
    ['a form', form()],
    ['a file', new Blob(['x'], { type: 'audio/wav' })],
  ])('is passed on unread as a Request: %s', async (_name, body) => {
    const { calls, fetch } = noted();
    const request = new Request(url, { method: 'POST', body });
    await fetch(request);
    expect(calls).toEqual([[request, undefined]]);
    expect(request.bodyUsed).toBe(false);
  });

  test('is recognised by the body that is sent, and not by the body of a Request that it replaces', async () => {
    const { calls, story, fetch } = noted();
    for (const _turn of [1, 2]) {
      await fetch(new Request(url, { method: 'POST', body: text }), { body: form() });
    }
    expect(calls).toHaveLength(2);
    expect(story).toEqual([]);
  });
});

describe('a Request object', () => {
  const requestTo = (url: string, init: RequestInit = {}) =>
    new Request(url, jsonPost(question, init));

  test('is answered from the store, and its body reaches the provider', async () => {
    await withWire({ answer: () => ({ body: chatAnswer }) }, async ({ fetch, server, url }) => {
      await fetch(requestTo(url, { headers: { 'x-flavour': 'a' } }));
      const hit = await fetch(requestTo(url, { headers: { 'x-flavour': 'a' } }));
      expect(hit.headers.get('x-cached-llm')).toBe('hit');
      expect(server.count).toBe(1);
      expect(server.requests[0]?.json).toEqual(question);
      expect(server.requests[0]?.headers['x-flavour']).toBe('a');
    });
  });

  test('has the same key as the same request in arguments', async () => {
    await withWire(
      { answer: () => ({ body: chatAnswer }) },
      async ({ fetch, post, server, url }) => {
        await fetch(requestTo(url));
        await post();
        await fetch(new URL(url), jsonPost());
        await fetch(url, jsonPost(question, { body: new TextEncoder().encode(text) }));
        expect(server.count).toBe(1);
      },
    );
  });

  test('is overridden by the init beside it', async () => {
    await withWire({ answer: () => ({ body: chatAnswer }) }, async ({ fetch, server, url }) => {
      const body = JSON.stringify({ ...question, model: 'other' });
      await fetch(requestTo(url), { body });
      await fetch(requestTo(url));
      await fetch(requestTo(url), { headers: { 'x-flavour': 'b' } });
      expect(server.requests.map(({ json }) => Object(json).model)).toEqual([
        'other',
        'test-model',
        'test-model',
      ]);
    });
  });

  test('is aborted by its own signal, but not where the init removes the signal', async () => {
    const faults = [{ kind: 'hang' as const, times: 1 }];
    await withWire(
      { faults, answer: () => ({ body: chatAnswer }) },
      async ({ fetch, server, url }) => {
        const controller = new AbortController();
        const { signal } = controller;
        const pending = fetch(requestTo(url, { signal }));
        await eventually(() => server.count === 1);
        controller.abort();
        await expect(pending).rejects.toThrow(expect.objectContaining({ name: 'AbortError' }));
        await eventually(() => server.requests[0]?.aborted === true);
        await expect(fetch(requestTo(url, { signal }))).rejects.toThrow('abort');
        const freed = await fetch(requestTo(url, { signal }), { signal: null });
        expect(await freed.json()).toEqual(chatAnswer);
      },
    );
  });
});

describe('a caller that changes its arguments at once', () => {
  test('has its headers, bytes and URL sent as they were at the call', async () => {
    await withWire({ answer: () => ({ body: chatAnswer }) }, async ({ fetch, server, url }) => {
      const headers = new Headers({ 'x-beta': 'one' });
      const plain: Record<string, string> = { 'x-beta': 'one' };
      const body = Buffer.from(text);
      const target = new URL(url);
      const init = { method: 'POST', headers, body };
      const answers = [fetch(target, init), fetch(`${url}/plain`, { ...init, headers: plain })];
      headers.set('x-beta', 'two');
      plain['x-beta'] = 'two';
      body.fill(0x20);
      target.pathname = '/elsewhere';
      await Promise.all(answers);
      for (const request of server.requests) {
        expect(request.headers['x-beta']).toBe('one');
        expect(request.json).toEqual(question);
        expect(request.path).toMatch(/^\/v1\/chat/);
      }
    });
  });
});

describe('an answer that is neither JSON nor a known stream', () => {
  test.each([
    ['audio', 'audio/mpeg'],
    ['HTML', 'text/html'],
    ['plain text', 'text/plain'],
    ['JSON text sequences', 'application/json-seq'],
    ['no content type', ''],
  ])('is requested for each caller, and not stored: %s', async (_name, type) => {
    let turn = 0;
    const answer = () => {
      turn += 1;
      return { body: `answer ${turn}`, headers: { 'content-type': type, 'x-turn': String(turn) } };
    };
    await withWire({ latencyPerChunk: 5, answer }, async ({ post, server, story }) => {
      const responses = await Promise.all([post(), post(), post()]);
      const texts = await Promise.all(responses.map(async (response) => response.text()));
      expect([...texts].sort()).toEqual(['answer 1', 'answer 2', 'answer 3']);
      expect(responses.map(({ url }) => url)).toEqual(
        Array(3).fill(`${server.url}/v1/chat/completions`),
      );
      expect(await (await post()).text()).toBe('answer 4');
      expect(story).not.toContain('stored');
    });
  });

  test('is the same object that the given fetch returned', async () => {
    const answer = new Response('<html>', { headers: { 'content-type': 'text/html' } });
    const fetch = cachedFetch({ cache: createLlmCache(), fetch: async () => answer });
    expect(await fetch('https://api.test/v1/chat/completions', jsonPost())).toBe(answer);
  });

  test('is aborted upstream when its caller aborts while it reads', async () => {
    const answer = () => ({
      kind: 'sse' as const,
      body: 'data: 1\n\ndata: 2\n\n',
      headers: { 'content-type': 'audio/mpeg' },
      faults: [{ kind: 'hang' as const, afterEvents: 1 }],
    });
    await withWire({ answer }, async ({ post, server }) => {
      const controller = new AbortController();
      const reader = readerOf(await post(question, { signal: controller.signal }));
      await reader.read();
      const pending = reader.read();
      controller.abort();
      await expect(pending).rejects.toThrow(expect.objectContaining({ name: 'AbortError' }));
      await eventually(() => server.requests[0]?.aborted === true);
    });
  });

  test('has the same bytes where they are not text', async () => {
    const bytes = new Uint8Array([0xff, 0xfb, 0x90, 0x00, 0x80]);
    const fetch = cachedFetch({
      cache: createLlmCache(),
      fetch: async () => new Response(bytes, { headers: { 'content-type': 'audio/mpeg' } }),
    });
    const response = await fetch('https://api.test/v1/chat/completions', jsonPost());
    expect(await bytesOf(response)).toEqual(Buffer.from(bytes));
  });
});
