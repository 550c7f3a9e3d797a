import { type ExchangeResponse, manualClock } from '@cached-llm/testing';
import { describe, expect, test } from '@jest/globals';
import { bytesOf, chatAnswer, eventually, question, settled, sse, withWire } from './wire.ts';

const failure = (status: number, headers: Record<string, string> = {}): ExchangeResponse => ({
  status,
  headers,
  body: { error: { message: `no ${status}` } },
});

const HOUR = 3_600_000;

/** Answers each request with the next of `responses`, and then always with the last one. */
function inTurn(...responses: readonly ExchangeResponse[]) {
  let turn = 0;
  return () => {
    const response = responses[Math.min(turn, responses.length - 1)];
    turn += 1;
    if (response === undefined) throw new Error('No response to give.');
    return response;
  };
}

describe('an answer that is a failure', () => {
  test.each([400, 401, 404, 429, 500, 529])(
    'is returned as it is and not stored: %s',
    async (status) => {
      await withWire({ answer: () => failure(status) }, async ({ post, server, story, url }) => {
        for (const _turn of [1, 2]) {
          const response = await post();
          expect([response.status, response.ok, response.url]).toEqual([status, false, url]);
          expect(await response.json()).toEqual({ error: { message: `no ${status}` } });
        }
        expect(server.count).toBe(2);
        expect(story).toEqual(['miss', 'not-admitted', 'miss', 'not-admitted']);
      });
    },
  );

  test('is the same for the followers, with its retry-after header', async () => {
    const headers = { 'retry-after': '7', 'x-should-retry': 'true', 'set-cookie': 'a=b' };
    const answer = () => failure(429, headers);
    await withWire({ answer, latencyPerChunk: 10 }, async ({ post, server }) => {
      const responses = await Promise.all([post(), post()]);
      for (const response of responses) {
        expect([response.status, response.statusText]).toEqual([429, 'Too Many Requests']);
        expect(response.headers.get('retry-after')).toBe('7');
        expect(response.headers.get('x-should-retry')).toBe('true');
        expect(await response.json()).toEqual({ error: { message: 'no 429' } });
      }
      expect(responses.map(({ headers: sent }) => sent.get('set-cookie'))).toEqual(['a=b', null]);
      expect(server.count).toBe(1);
    });
  });

  test.each<[string, ExchangeResponse]>([
    ['a page', { status: 502, kind: 'text', body: '<h1>Bad gateway</h1>' }],
    ['a stream by its content type', { ...sse(), status: 500 }],
    ['without a type', { status: 503, headers: { 'content-type': '' }, body: 'no' }],
  ])('is shared by all callers at the same time: %s', async (_name, response) => {
    const answer = () => response;
    await withWire({ answer, latencyPerChunk: 10 }, async ({ post, server, story }) => {
      for (const each of await Promise.all([post(), post()])) {
        expect([each.status, await each.text()]).toEqual([response.status, response.body]);
      }
      expect(server.count).toBe(1);
      expect((await post()).status).toBe(response.status);
      expect(story).not.toContain('stored');
    });
  });

  test('reaches its first caller byte for byte', async () => {
    const bytes = Buffer.from('<h1>Zur\xfcck</h1>', 'latin1');
    const type = { 'content-type': 'text/html; charset=iso-8859-1' };
    const upstream = async () => new Response(bytes, { status: 502, headers: type });
    await withWire({ fetching: { fetch: upstream } }, async ({ post }) => {
      expect(await bytesOf(await post())).toEqual(bytes);
    });
  });

  test('of the network rejects with the error of fetch', async () => {
    const faults = [{ kind: 'refuse' as const }];
    await withWire({ faults, answer: () => sse() }, async ({ post, url, story }) => {
      const plain = await fetch(url, { method: 'POST', body: '{}' }).catch((error) => error);
      const cached = await post().catch((error) => error);
      // fetch throws the TypeError of its own realm, and not of this test.
      expect([cached.constructor, cached.message]).toEqual([plain.constructor, plain.message]);
      expect([cached.name, cached.cause.code]).toEqual(['TypeError', plain.cause.code]);
      expect(story).toEqual(['miss', 'call-failed']);
    });
  });
});

describe('with staleIfError', () => {
  const answers = { JSON: { body: chatAnswer }, 'a stream': sse() };

  test.each(
    Object.entries(answers).flatMap(([name, good]) =>
      [408, 429, 500, 503].map((status) => ({ name, good, status })),
    ),
  )('an older answer is served in place of status $status: $name', async ({ good, status }) => {
    const clock = manualClock();
    const caching = { now: clock.now, ttl: HOUR, staleIfError: HOUR };
    const answer = inTurn(good, failure(status));
    await withWire({ caching, answer }, async ({ post, server, story, events }) => {
      const first = await bytesOf(await post());
      clock.advance(HOUR + 60_000);
      const stale = await post();
      expect([stale.status, stale.headers.get('x-cached-llm')]).toEqual([200, 'stale']);
      expect(stale.headers.get('age')).toBe('3660');
      expect(await bytesOf(stale)).toEqual(first);
      expect(server.count).toBe(2);
      expect(story).toEqual(['miss', 'stored', 'call-failed', 'stale']);
      expect(events[2]).toMatchObject({ error: String(status) });
      expect(events[3]).toMatchObject({ isFallback: true });
    });
  });

  test('serves an older answer instead of a page of a gateway, and if no answer arrives', async () => {
    const clock = manualClock();
    const caching = { now: clock.now, ttl: HOUR, staleIfError: HOUR };
    const page = { status: 502, kind: 'text' as const, body: '<h1>Bad gateway</h1>' };
    const refused = { ...page, faults: [{ kind: 'refuse' as const }] };
    const answer = inTurn({ body: chatAnswer }, page, refused);
    await withWire({ caching, answer }, async ({ post, server, story }) => {
      await post();
      await settled(story);
      clock.advance(HOUR);
      expect(await (await post()).json()).toEqual(chatAnswer);
      clock.advance(1_000); // a provider that has just failed is not called for a second
      expect(await (await post()).json()).toEqual(chatAnswer);
      expect(server.count).toBe(3);
    });
  });

  test('the connection of the failure is released', async () => {
    const clock = manualClock();
    const caching = { now: clock.now, ttl: HOUR, staleIfError: HOUR };
    let read = 0;
    const page = () =>
      new ReadableStream({
        pull(controller) {
          read += 1;
          if (read === 3) controller.close();
          else controller.enqueue(new TextEncoder().encode('<p>'));
        },
      });
    const answers = [Response.json(chatAnswer), new Response(page(), { status: 502 })];
    const upstream = async () => answers.shift() ?? Response.error();
    await withWire({ caching, fetching: { fetch: upstream } }, async ({ post, story }) => {
      await post();
      await settled(story);
      clock.advance(HOUR);
      expect(await (await post()).json()).toEqual(chatAnswer);
      expect(read).toBe(3);
    });
  });

  test('an invalid request gets the error of the provider', async () => {
    const clock = manualClock();
    const caching = { now: clock.now, ttl: HOUR, staleIfError: HOUR };
    const answer = inTurn({ body: chatAnswer }, failure(400));
    await withWire({ caching, answer }, async ({ post, story }) => {
      await post();
      await settled(story);
      clock.advance(HOUR);
      expect((await post()).status).toBe(400);
    });
  });

  test('a new answer replaces the older one', async () => {
    const clock = manualClock();
    const caching = { now: clock.now, ttl: HOUR, staleIfError: HOUR };
    const answer = inTurn({ body: chatAnswer }, { body: { ...chatAnswer, id: 'new' } });
    await withWire({ caching, answer }, async ({ post, story }) => {
      await post();
      await settled(story);
      clock.advance(HOUR);
      for (const _turn of [1, 2]) {
        expect(await (await post()).json()).toMatchObject({ id: 'new' });
        await settled(story);
      }
      expect(story).toEqual(['miss', 'stored', 'miss', 'stored', 'hit']);
    });
  });
});

describe('with staleWhileRevalidate', () => {
  const wave = (text: string) =>
    sse([{ choices: [{ delta: { content: text }, finish_reason: 'stop' }] }, '[DONE]']);
  test.each<[string, ExchangeResponse, ExchangeResponse]>([
    ['JSON', { body: chatAnswer }, { body: { ...chatAnswer, id: 'second' } }],
    ['a stream', wave('first'), wave('second')],
  ])('%s is served at once, and revalidated in the background', async (_name, first, second) => {
    const clock = manualClock();
    const caching = { now: clock.now, ttl: HOUR, staleWhileRevalidate: HOUR };
    const answer = inTurn(first, { ...second, latencyPerChunk: 5 });
    await withWire({ caching, answer }, async ({ post, server, story }) => {
      const old = await bytesOf(await post());
      await settled(story);
      clock.advance(HOUR);
      const stale = await Promise.all([post(), post()]);
      for (const response of stale) {
        expect(response.headers.get('x-cached-llm')).toBe('stale');
        expect(await bytesOf(response)).toEqual(old);
      }
      await eventually(() => story.filter((name) => name === 'stored').length === 2);
      const fresh = await post();
      expect(fresh.headers.get('x-cached-llm')).toBe('hit');
      expect((await bytesOf(fresh)).toString()).toContain('second');
      expect(server.count).toBe(2);
    });
  });

  test('the revalidation continues when the caller aborts', async () => {
    const clock = manualClock();
    const caching = { now: clock.now, ttl: HOUR, staleWhileRevalidate: HOUR };
    const answer = inTurn(wave('first'), { ...wave('second'), latencyPerChunk: 5 });
    await withWire({ caching, answer }, async ({ post, story, fetch, url }) => {
      await bytesOf(await post());
      await settled(story);
      clock.advance(HOUR);
      const controller = new AbortController();
      const request = new Request(url, {
        method: 'POST',
        body: JSON.stringify(question),
        signal: controller.signal,
      });
      expect((await fetch(request)).headers.get('x-cached-llm')).toBe('stale');
      controller.abort();
      await eventually(() => story.filter((name) => name === 'stored').length === 2);
      expect(await (await post()).text()).toContain('second');
    });
  });

  test('a revalidation that fails does not change the stored answer', async () => {
    const clock = manualClock();
    const caching = { now: clock.now, ttl: HOUR, staleWhileRevalidate: HOUR };
    const answer = inTurn({ body: chatAnswer }, failure(500));
    await withWire({ caching, answer }, async ({ post, server, story }) => {
      await post();
      await settled(story);
      clock.advance(HOUR);
      await post();
      await eventually(() => server.count === 2);
      expect(await (await post()).json()).toEqual(chatAnswer);
    });
  });
});
