import { gunzipSync } from 'node:zlib';
import { createLlmCache } from '@cached-llm/core';
import { cachedFetch } from '@cached-llm/http';
import { describe, expect, test } from '@jest/globals';
import { bytesOf, chatAnswer, eventually, jsonPost, question, settled, withWire } from '../wire.ts';

const json = (headers: Record<string, string> = {}) => ({ headers, body: chatAnswer });

describe('a JSON answer', () => {
  test('is requested once and returned twice, without an adapter', async () => {
    await withWire({ answer: () => json() }, async ({ server, post, story }) => {
      const first = await (await post()).json();
      await settled(story);
      const second = await (await post()).json();
      expect([first, second]).toEqual([chatAnswer, chatAnswer]);
      expect(server.count).toBe(1);
      expect(story).toEqual(['miss', 'stored', 'hit']);
    });
  });

  test('has headers that state where it comes from, and its age in seconds', async () => {
    let now = 1_000_000;
    const caching = { now: () => now };
    await withWire({ caching, answer: () => json({ age: '77' }) }, async ({ post }) => {
      const live = await post();
      now += 90_400;
      const hit = await post();
      expect(live.headers.get('x-cached-llm')).toBe('miss');
      expect(hit.headers.get('x-cached-llm')).toBe('hit');
      expect(hit.headers.get('age')).toBe('90');
    });
  });

  test('has the same url, status, status text and headers from the store', async () => {
    const answer = () => ({
      ...json({ 'x-request-id': 'r-1', 'openai-version': 'v1' }),
      status: 201,
    });
    await withWire({ answer }, async ({ post, url }) => {
      const live = await post();
      const hit = await post();
      for (const response of [live, hit, hit.clone()]) {
        expect([response.url, response.status, response.ok]).toEqual([url, 201, true]);
        expect(response.statusText).toBe('Created');
        expect(response.headers.get('openai-version')).toBe('v1');
        expect(response.headers.get('content-type')).toBe('application/json');
      }
    });
  });

  test('has a url without a fragment, as a live one has', async () => {
    await withWire({ answer: () => json() }, async ({ fetch, url }) => {
      const live = await fetch(`${url}#part`, jsonPost());
      const hit = await fetch(`${url}#part`, jsonPost());
      expect([live.url, hit.url]).toEqual([url, url]);
    });
  });

  test('has for later callers no headers of the first request, account or moment', async () => {
    const headers = {
      'set-cookie': 'session=1',
      date: 'Sat, 21 Nov 2026 00:00:00 GMT',
      'retry-after': '7',
      'retry-after-ms': '7000',
      'x-ratelimit-remaining-requests': '3',
      'anthropic-ratelimit-tokens-remaining': '3',
      'ratelimit-remaining': '3',
      'x-should-retry': 'true',
      'cf-ray': 'abc',
      'openai-organization': 'org-alice',
      'openai-project': 'proj_alice',
      'openai-processing-ms': '77',
      'anthropic-organization-id': 'org-alice',
      'x-request-id': 'req-alice',
      'x-ms-region': 'East US',
      'azureml-model-session': 'd1',
      'x-litellm-key-spend': '0.5',
      'x-litellm-response-cost': '0.1',
      'x-envoy-upstream-service-time': '9',
      'x-groq-region': 'us',
      etag: 'W/"1"',
    };
    const store = new Map<string, unknown>();
    const answer = () => json(headers);
    await withWire({ gzip: true, caching: { store }, answer }, async ({ post }) => {
      const live = await post();
      const hit = await post();
      for (const name of Object.keys(headers)) {
        expect([name, live.headers.get(name)]).toEqual([name, Object(headers)[name]]);
        expect([name, hit.headers.get(name)]).toEqual([name, null]);
      }
      const stored = JSON.stringify([...store.values()]);
      for (const name of Object.keys(headers)) expect(stored).not.toContain(`${name}\\`);
      for (const response of [live, hit]) {
        expect(response.headers.get('content-encoding')).toBeNull();
        expect(response.headers.get('content-length')).toBeNull();
        expect(response.headers.get('transfer-encoding')).toBeNull();
      }
    });
  });

  test.each(['x-request-id', 'request-id', 'apim-request-id', 'x-amzn-requestid'])(
    'names the first request to callers of one credential only: %s',
    async (name) => {
      const answer = () => json({ [name]: 'req-alice' });
      await withWire({ answer }, async ({ post, server }) => {
        const ask = (key: string) => post(question, { headers: { authorization: key } });
        const seen = await Promise.all([await ask('alice'), ask('alice'), ask('bob')]);
        const ids = seen.map(({ headers }) => headers.get('x-cached-llm-first-request-id'));
        expect(ids).toEqual([null, 'req-alice', null]);
        expect(seen.map(({ headers }) => headers.get(name))).toEqual(['req-alice', null, null]);
        expect(server.count).toBe(1);
      });
    },
  );

  test('is decompressed once', async () => {
    await withWire({ gzip: true, answer: () => json() }, async ({ post, server }) => {
      const [live, hit] = [await bytesOf(await post()), await bytesOf(await post())];
      expect(() => gunzipSync(live)).toThrow();
      expect(hit.equals(live)).toBe(true);
      expect(JSON.parse(hit.toString())).toEqual(chatAnswer);
      expect(server.count).toBe(1);
    });
  });

  test('is the same from the store, byte for byte, in any notation', async () => {
    const body = `{ "b": 1.0,\n\n  "a": 12345678901234567890, "c": "\\u00e9é🌊" }\n`;
    const answer = () => ({ kind: 'json' as const, body });
    const fetching = { endpoints: ['/v1/chat/completions'] };
    await withWire({ fetching, answer, chunkSize: 'byte' }, async ({ post, server }) => {
      expect(await (await post()).text()).toBe(body);
      expect(await (await post()).text()).toBe(body);
      expect(server.count).toBe(1);
    });
  });

  test('is shared by callers that ask at once, each with its own copy', async () => {
    await withWire(
      { latencyPerChunk: 10, answer: () => json() },
      async ({ post, server, story }) => {
        const responses = await Promise.all([post(), post(), post()]);
        const answers = await Promise.all(responses.map(async (response) => response.json()));
        expect(answers).toEqual([chatAnswer, chatAnswer, chatAnswer]);
        expect(answers[0]).not.toBe(answers[1]);
        expect(server.count).toBe(1);
        expect(story.filter((name) => name === 'collapsed')).toHaveLength(2);
      },
    );
  });

  test('with another JSON content type is stored, too', async () => {
    const answer = () => json({ 'content-type': 'Application/Vnd.API+JSON; charset=utf-8' });
    await withWire({ answer }, async ({ post, server }) => {
      await post();
      expect(await (await post()).json()).toEqual(chatAnswer);
      expect(server.count).toBe(1);
    });
  });

  test.each([
    ['broken', '{"choices": [', 'unreadable'],
    ['an error under status 200', '{"error":{"message":"overloaded"}}', 'error'],
    ['truncated', '{"choices":[{"finish_reason":"length"}]}', 'truncated'],
  ])('that is %s is returned and not stored', async (_name, body, reason) => {
    const answer = () => ({ kind: 'json' as const, body });
    await withWire({ answer }, async ({ post, server, story, events }) => {
      expect(await (await post()).text()).toBe(body);
      expect(await (await post()).text()).toBe(body);
      expect(server.count).toBe(2);
      expect(story).toEqual(['miss', 'not-admitted', 'miss', 'not-admitted']);
      expect(events[1]).toMatchObject({ reason });
    });
  });

  test('without a body is passed on', async () => {
    const answer = () => ({ status: 204, kind: 'json' as const, body: '' });
    await withWire({ answer }, async ({ post, story }) => {
      const response = await post();
      expect([response.status, response.body]).toEqual([204, null]);
      expect(story).toEqual(['miss', 'not-admitted']);
    });
  });

  test('is requested again where its entry is damaged', async () => {
    const store = new Map<string, unknown>();
    await withWire(
      { caching: { store }, answer: () => json() },
      async ({ post, server, story }) => {
        await post();
        await settled(story);
        for (const [key, row] of store) {
          const [header] = String(row).split('\n');
          store.set(key, `${header}\nno head of ours`);
        }
        expect(await (await post()).json()).toEqual(chatAnswer);
        expect(server.count).toBe(2);
      },
    );
  });
});

describe('an option', () => {
  test('`mode: off` calls the given fetch with the very same arguments', async () => {
    const calls: unknown[][] = [];
    const answer = new Response('{}');
    const fetch = cachedFetch({
      cache: createLlmCache(),
      mode: 'off',
      fetch: async (...given) => {
        calls.push(given);
        return answer;
      },
    });
    const init = jsonPost();
    expect(await fetch('https://api.test/v1', init)).toBe(answer);
    expect(calls).toEqual([['https://api.test/v1', init]]);
    expect(calls[0]?.[1]).toBe(init);
  });

  test('`fetch` is looked up at each call, where none is given', async () => {
    const { fetch: before } = globalThis;
    const cached = cachedFetch({ cache: createLlmCache() });
    globalThis.fetch = async () => Response.json(chatAnswer);
    try {
      expect(await (await cached('https://api.test/v1/responses', jsonPost())).json()).toEqual(
        chatAnswer,
      );
    } finally {
      globalThis.fetch = before;
    }
  });

  test('`when` picks the requests that are cached', async () => {
    const fetching = { when: (request: typeof question) => request.model !== 'test-model' };
    await withWire({ fetching, answer: () => json() }, async ({ post, server, story }) => {
      for (const model of ['test-model', 'test-model', 'other', 'other']) {
        await post({ ...question, model });
        await settled(story);
      }
      expect(server.count).toBe(3);
      expect(story).toEqual(['bypass', 'bypass', 'miss', 'stored', 'hit']);
    });
  });

  test('`scope` separates two tenants', async () => {
    await withWire({ answer: () => json() }, async ({ cache, url, server }) => {
      for (const scope of ['one', 'two', 'one']) {
        await cachedFetch({ cache, scope })(url, jsonPost());
      }
      expect(server.count).toBe(2);
    });
  });

  test('`tags` invalidate the entries that were stored with them', async () => {
    const fetching = { tags: ['docs'] };
    await withWire({ fetching, answer: () => json() }, async ({ cache, post, server }) => {
      await post();
      await cache.invalidate({ tag: 'other' });
      await post();
      expect(server.count).toBe(1);
      await cache.invalidate({ tag: 'docs' });
      await post();
      expect(server.count).toBe(2);
    });
  });

  test('`admit` gets the answer, and decides whether it is stored', async () => {
    const seen: unknown[] = [];
    const admit = (response: unknown) => seen.push(response) > 1;
    await withWire({ fetching: { admit }, answer: () => json() }, async ({ post, server }) => {
      for (const _turn of [1, 2, 3]) await post();
      expect(seen).toEqual([chatAnswer, chatAnswer]);
      expect(server.count).toBe(2);
    });
  });

  test('`mode: refresh` calls again and stores', async () => {
    await withWire({ answer: () => json() }, async ({ cache, post, url, server }) => {
      await post();
      await cachedFetch({ cache, mode: 'refresh' })(url, jsonPost());
      await post();
      expect(server.count).toBe(2);
    });
  });

  test('`mode: replay` refuses a request that is not stored, and sends nothing', async () => {
    await withWire(
      { fetching: { mode: 'replay' }, answer: () => json() },
      async ({ post, server }) => {
        await expect(post()).rejects.toThrow(expect.objectContaining({ code: 'REPLAY_MISS' }));
        expect(server.count).toBe(0);
      },
    );
  });

  test('that is invalid is refused when the fetch is made', () => {
    expect(() => cachedFetch({ cache: createLlmCache(), mode: 'sometimes' as never })).toThrow(
      expect.objectContaining({ code: 'INVALID_OPTION' }),
    );
  });
});

describe('a store that is down', () => {
  const refuse = async () => {
    throw new Error('down');
  };
  const hang = () => new Promise<never>(() => {});
  test.each([
    ['refuses', refuse],
    ['hangs', hang],
  ])('does not fail a call: %s', async (_name, operation) => {
    const store = { get: operation, set: operation, delete: operation };
    const caching = { store, storeTimeout: 5 };
    await withWire({ caching, answer: () => json() }, async ({ post, server, story }) => {
      for (const model of ['a', 'b', 'c']) {
        expect(await (await post({ ...question, model })).json()).toEqual(chatAnswer);
      }
      expect(server.count).toBe(3);
      await eventually(() => story.includes('breaker-open'));
    });
  });
});
