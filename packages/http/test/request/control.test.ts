import { control } from '@cached-llm/core';
import { cachedFetch } from '@cached-llm/http';
import { describe, expect, test } from '@jest/globals';
import { chatAnswer, jsonPost, question, settled, withWire } from '../wire.ts';

const answer = () => ({ body: chatAnswer });
const controlled = (headers: Record<string, string>): RequestInit => ({ headers });
const isControl = (name: string) => name.startsWith('x-cached-llm');

/** Sends each request after the other, and gives their outcomes. */
async function outcomes(inits: readonly RequestInit[], settings = {}) {
  const seen: (string | null)[] = [];
  await withWire({ answer, ...settings }, async ({ post, server, story }) => {
    for (const init of inits) {
      const response = await post(question, init);
      await response.text();
      await settled(story);
      seen.push(response.headers.get('x-cached-llm'));
    }
    const names = server.requests.flatMap(({ headers }) => Object.keys(headers));
    expect(names.filter(isControl)).toEqual([]);
    seen.push(String(server.count));
  });
  return seen;
}

describe('a request with the headers of control()', () => {
  test('shares the entry of one without', async () => {
    expect(await outcomes([{}, controlled(control({ mode: 'read-write' }))])).toEqual([
      ...['miss', 'hit', '1'],
    ]);
  });

  test('is made again in mode refresh, and its answer is stored', async () => {
    expect(await outcomes([{}, controlled(control({ mode: 'refresh' })), {}])).toEqual([
      ...['miss', 'miss', 'hit', '2'],
    ]);
  });

  test('is answered as by a plain fetch in mode off', async () => {
    expect(await outcomes([controlled(control({ mode: 'off' })), {}])).toEqual([null, 'miss', '2']);
  });

  test('stores nothing in mode read-only', async () => {
    const readOnly = controlled(control({ mode: 'read-only' }));
    expect(await outcomes([readOnly, readOnly, {}, readOnly])).toEqual([
      ...['miss', 'miss', 'miss', 'hit', '3'],
    ]);
  });

  test('sends nothing in mode replay', async () => {
    await withWire({ answer }, async ({ post, server }) => {
      const asked = post(question, controlled(control({ mode: 'replay' })));
      await expect(asked).rejects.toMatchObject({ code: 'REPLAY_MISS' });
      expect(server.count).toBe(0);
    });
  });

  test('sends nothing at a client in mode replay, whatever they say', async () => {
    await withWire({ answer, caching: { mode: 'replay' } }, async ({ post, server }) => {
      for (const mode of ['off', 'refresh'] as const) {
        const asked = post(question, controlled(control({ mode })));
        await expect(asked).rejects.toMatchObject({ code: 'REPLAY_MISS' });
      }
      expect(server.count).toBe(0);
    });
  });

  test('reaches no provider through a client in mode off, and in a request that is no JSON', async () => {
    const headers = control({ mode: 'refresh', tags: ['a'] });
    await withWire({ answer, caching: { mode: 'off' } }, async ({ post, server }) => {
      await post(question, { headers });
      await post(question, { headers, body: 'no JSON' });
      const names = server.requests.flatMap((request) => Object.keys(request.headers));
      expect([server.count, names.filter(isControl)]).toEqual([2, []]);
    });
  });

  test.each([
    ['samples', { sample: 1 }, { sample: 2 }],
    ['scopes', { scope: 'tenant é, 1' }, { scope: 'tenant-2' }],
  ])('has answers of its own: %s', async (_name, one, other) => {
    const inits = [one, other, one].map((each) => controlled(control(each)));
    expect(await outcomes(inits)).toEqual(['miss', 'miss', 'hit', '2']);
  });

  test('is answered by an entry that is young enough', async () => {
    let now = 1_000_000;
    await withWire({ answer, caching: { now: () => now } }, async ({ post, server, story }) => {
      await (await post(question, controlled(control({ ttl: '1h' })))).text();
      await settled(story);
      now += 600_000;
      const old = await post(question, controlled(control({ maxAge: '20m' })));
      expect(old.headers.get('x-cached-llm')).toBe('hit');
      const young = await post(question, controlled(control({ maxAge: '5m' })));
      await young.text();
      expect(young.headers.get('x-cached-llm')).toBe('miss');
      expect(server.count).toBe(2);
    });
  });

  test('has tags by which it is invalidated', async () => {
    await withWire({ answer }, async ({ post, server, story, cache }) => {
      const tagged = controlled(control({ tags: ['a,b', 'é'] }));
      await (await post(question, tagged)).text();
      await settled(story);
      expect(await cache.invalidate({ tag: 'a,b' })).toBe(true);
      await (await post(question, tagged)).text();
      expect(server.count).toBe(2);
    });
  });

  test('has no tags where the list is empty', async () => {
    expect(await outcomes([controlled(control({ tags: [] })), {}])).toEqual(['miss', 'hit', '1']);
  });

  test('has the scope of the client where none is given, and none where the cache requires one', async () => {
    const unknown = controlled(control({ scope: undefined }));
    expect(await outcomes([{}, unknown], { fetching: { scope: 'base' } })).toEqual([
      ...['miss', 'hit', '1'],
    ]);
    const requiring = { caching: { requireScope: true }, fetching: { scope: 'base' } };
    expect(await outcomes([{}, unknown], requiring)).toEqual(['miss', null, '2']);
  });

  test('is read from a Request too', async () => {
    await withWire({ answer }, async ({ server, cache, url, story }) => {
      const fetch = cachedFetch({ cache });
      for (const mode of ['read-write', 'refresh', 'off'] as const) {
        const { headers, ...init } = jsonPost(question);
        const all = { ...(headers as Record<string, string>), ...control({ mode }) };
        const response = await fetch(new Request(url, { ...init, headers: all }));
        expect(await response.json()).toEqual(chatAnswer);
        await settled(story);
      }
      const names = server.requests.flatMap((request) => Object.keys(request.headers));
      expect([server.count, names.filter(isControl)]).toEqual([3, []]);
    });
  });
});

describe('a header for the cache that cannot be read', () => {
  test.each<[string, string]>([
    ['x-cached-llm', 'fast'],
    ['x-cached-llm', 'off, refresh'],
    ['x-cached-llm-ttl', '3600'],
    ['x-cached-llm-ttl', '0s'],
    ['x-cached-llm-max-age', 'soon'],
    ['x-cached-llm-scope', '%zz'],
    ['x-cached-llm-scope', ''],
    ['x-cached-llm-scope', 'tenant-1, tenant-2'],
    ['x-cached-llm-tags', 'a,,b'],
    ['x-cached-llm-sample', '-1'],
    ['x-cached-llm-sample', '1e3'],
    ['x-cached-llm-priority', 'high'],
  ])('makes its call bypass the cache with one event: %s: %s', async (name, value) => {
    await withWire({ answer }, async ({ post, server, events, story }) => {
      const response = await post(question, controlled({ [name]: value }));
      expect(await response.json()).toEqual(chatAnswer);
      expect(story).toEqual(['bypass']);
      expect(events).toEqual([
        expect.objectContaining({ reason: 'control', field: `headers.${name}` }),
      ]);
      expect(Object.keys(server.requests[0]?.headers ?? {}).filter(isControl)).toEqual([]);
    });
  });

  test('is shown without the value of a scope or a tag', async () => {
    await withWire({ answer }, async ({ post, events }) => {
      await post(question, controlled({ 'x-cached-llm-tags': 'alice@example.com,' }));
      await post(question, controlled({ 'x-cached-llm-scope': '%alice@example.com' }));
      expect(events).toHaveLength(2);
      expect(JSON.stringify(events)).not.toContain('alice');
    });
  });

  test('is an error in mode replay, where nothing is sent', async () => {
    await withWire({ answer, caching: { mode: 'replay' } }, async ({ post, server }) => {
      const asked = post(question, controlled({ 'x-cached-llm-ttl': 'soon' }));
      await expect(asked).rejects.toMatchObject({ code: 'REPLAY_MISS' });
      expect(server.count).toBe(0);
    });
  });
});

describe('control()', () => {
  test('writes a header for each option', () => {
    const headers = control({
      ...{ mode: 'refresh', ttl: 1500.2, maxAge: Number.POSITIVE_INFINITY },
      ...{ scope: 'tenant 1', tags: ['a', 'b,c'], sample: 2 },
    });
    expect(headers).toEqual({
      'x-cached-llm': 'refresh',
      'x-cached-llm-ttl': '1501ms',
      'x-cached-llm-max-age': 'Infinity',
      'x-cached-llm-scope': 'tenant%201',
      'x-cached-llm-tags': 'a,b%2Cc',
      'x-cached-llm-sample': '2',
    });
    expect(control({})).toEqual({});
  });

  test.each<[string, unknown, string]>([
    ['a mode that is none', { mode: 'fast' }, 'INVALID_OPTION'],
    ['a ttl without a unit', { ttl: '3600' }, 'INVALID_DURATION'],
    ['an empty scope', { scope: '' }, 'INVALID_OPTION'],
    ['a tag that is no text', { tags: [1] }, 'INVALID_OPTION'],
    ['an option of the client', { staleIfError: '1h' }, 'INVALID_OPTION'],
    ['an unknown option', { tll: '1h' }, 'INVALID_OPTION'],
    ['a ttl by the answer', { ttl: () => '1h' }, 'INVALID_OPTION'],
    ['half of a surrogate pair in a scope', { scope: '\ud800' }, 'INVALID_OPTION'],
    ['half of a surrogate pair in a tag', { tags: ['a', '\udc00'] }, 'INVALID_OPTION'],
    ['a list of tags that lacks one', { tags: new Array(1) }, 'INVALID_OPTION'],
    ['a list', [], 'INVALID_OPTION'],
    ['a text', 'refresh', 'INVALID_OPTION'],
    ['nothing', undefined, 'INVALID_OPTION'],
    ['null', null, 'INVALID_OPTION'],
  ])('refuses %s', (_name, options, code) => {
    expect(() => control(options as object)).toThrow(expect.objectContaining({ code }));
  });
});
