import { createLlmCache } from '@cached-llm/core';
import { type Adapter, defaultAdapter } from '@cached-llm/core/adapter';
import { cachedFetch } from '@cached-llm/http';
import { manualClock } from '@cached-llm/testing';
import { describe, expect, test } from '@jest/globals';
import { chatAnswer, jsonPost, question, settled, withWire } from '../wire.ts';

const secret = { access_token: 'TOP-SECRET', choices: chatAnswer.choices };
const answer = () => ({ body: secret });

/** Asks twice at each path. Gives the number of requests for each path, and what the store holds. */
async function requestsAt(paths: readonly string[], fetching = {}, body: object = question) {
  const store = new Map<string, unknown>();
  const counts: Record<string, number> = {};
  await withWire({ caching: { store }, fetching, answer }, async ({ fetch, server }) => {
    for (const path of paths) {
      const before = server.count;
      for (const _turn of [1, 2]) {
        await (await fetch(`${server.url}${path}`, jsonPost(body))).text();
      }
      counts[path] = server.count - before;
    }
  });
  return { counts, stored: JSON.stringify([...store]) };
}

const each = (paths: readonly string[], count: number) =>
  Object.fromEntries(paths.map((path) => [path, count]));

describe('without an adapter', () => {
  test('a path that is known to generate or embed is cached', async () => {
    const paths = [
      ...['/v1/chat/completions', '/openai/deployments/a/chat/completions', '/v1/completions'],
      ...['/v1/responses', '/v1/embeddings', '/v1/messages', '/v2/chat', '/v1/embed', '/v2/rerank'],
      ...['/v1beta/models/gemini-x:generateContent', '/v1beta/models/embed-x:batchEmbedContents'],
      '/v1/projects/p/locations/l/publishers/google/models/text-embedding-005:predict',
      '/v1/projects/p/locations/l/publishers/anthropic/models/claude-x:rawPredict',
      ...['/model/anthropic.claude-x/converse', '/model/amazon.titan/invoke', '/api/chat'],
      ...['/api/generate', '/v1/fim/completions', '/generate', '/completion'],
      '/ml/v1/text/generation',
    ];
    expect((await requestsAt(paths)).counts).toEqual(each(paths, 1));
  });

  test('every other path bypasses the cache, and nothing of its answer is stored', async () => {
    const paths = [
      ...['/oauth/token', '/token', '/v1/realtime/client_secrets', '/key/generate'],
      ...['/v1/responses/resp_1/cancel', '/v1/responses/compact', '/v1/responses/input_tokens'],
      ...['/v1/conversations', '/v1/batches', '/v1/vector_stores', '/v1/files', '/v1/uploads'],
      ...['/v1/messages/batches', '/v1/messages/count_tokens', '/v1/moderations'],
      ...['/v1/audio/speech', '/v1/images/generations', '/v1/fine_tuning/jobs', '/v1/threads'],
      ...['/v1beta/models/gemini-x:countTokens', '/v1beta/models/gemini-x:batchGenerateContent'],
      ...['/v1beta/cachedContents', '/v1beta/interactions', '/v1/embed-jobs', '/api/pull'],
      '/v1/projects/p/locations/l/publishers/google/models/imagen-4:predict',
      ...['/v1/agents/run', '/v1/chat/completions/chatcmpl-1', '/model/x/count-tokens', '/'],
    ];
    const { counts, stored } = await requestsAt(paths);
    expect(counts).toEqual(each(paths, 2));
    expect(stored).not.toContain('TOP-SECRET');
  });

  test.each([
    { conversation: 'conv_1' },
    { conversation: { id: 'conv_1' } },
    { previous_response_id: 'resp_1' },
    { background: true },
    { container: 'container_1' },
    { container: { id: 'container_1' } },
    { diagnostics: { previous_message_id: 'msg_1' } },
    { agent_id: 'agent_1' },
    { conversation_id: 'c' },
    { thread_id: 't' },
    { threadId: 't' },
    { session_id: 's' },
    { chat_id: 'c' },
    { previousResponseId: 'resp_1' },
    { parent_message_id: 'msg_1' },
    { memory: { thread: 't', resource: 'u' } },
  ])(
    'a request that depends on state bypasses the cache, with an adapter too: %j',
    async (fields) => {
      const adapter: Adapter = { ...defaultAdapter, provider: 'test', isStateful: () => false };
      for (const fetching of [{}, { adapter }]) {
        const { counts } = await requestsAt(['/v1/responses'], fetching, {
          ...question,
          ...fields,
        });
        expect(counts).toEqual({ '/v1/responses': 2 });
      }
    },
  );
});

describe('the option `endpoints`', () => {
  test('adds paths of one own, as text or as expression', async () => {
    const endpoints = ['/v1/my-model', /^\/tenants\/\w+\/ask$/g];
    const added = ['/v1/my-model', '/proxy/v1/my-model', '/tenants/a/ask', '/v1/chat/completions'];
    const other = ['/v1/my-model/tokens', '/tenants/a/keys'];
    const { counts } = await requestsAt([...added, ...other], { endpoints });
    expect(counts).toEqual({ ...each(added, 1), ...each(other, 2) });
  });

  test('adds paths to those of an adapter', async () => {
    const answers = (path: string) => path === '/v1/chat';
    const adapter: Adapter = { ...defaultAdapter, provider: 'test', answers };
    const fetching = { adapter, endpoints: ['/v1/my-model'] };
    const { counts } = await requestsAt(['/v1/my-model', '/v1/files'], fetching);
    expect(counts).toEqual({ '/v1/my-model': 1, '/v1/files': 2 });
  });

  test.each([
    ['a text', '/v1/ask'],
    ['a path without a slash', ['ask']],
    ['a number', [1]],
  ])('that is %s is refused when the fetch is made', (_name, endpoints) => {
    expect(() => cachedFetch({ cache: createLlmCache(), endpoints: endpoints as never })).toThrow(
      expect.objectContaining({ code: 'INVALID_OPTION' }),
    );
  });
});

describe('a caller that speaks to caches', () => {
  const outcomes = async (inits: readonly RequestInit[], fetching = {}) => {
    const seen: (string | null)[] = [];
    await withWire({ fetching, answer }, async ({ post, server, story }) => {
      await (await post()).text();
      for (const init of inits) {
        await settled(story);
        const response = await post(question, init);
        await response.text();
        seen.push(response.headers.get('x-cached-llm'));
      }
      seen.push(String(server.count), story.at(-1) ?? null);
    });
    return seen;
  };
  const mode = (cache: string) => ({ cache }) as RequestInit; // the types of Node 20 lack it
  const header = (name: string, value: string): RequestInit => ({ headers: { [name]: value } });

  test.each<[string, RequestInit]>([
    ['cache: no-store', mode('no-store')],
    ['cache-control: no-store', header('cache-control', 'max-age=0, No-Store')],
    ['a cache of Portkey that is skipped', header('x-portkey-cache-force-refresh', 'true')],
    ['a cache of Cloudflare that is skipped', header('cf-aig-skip-cache', 'true')],
    ['a cache of LiteLLM that is skipped', jsonPost({ ...question, cache: { 'no-cache': true } })],
    [
      'both, of which no-store is stricter',
      { ...mode('reload'), ...header('cache-control', 'no-store') },
    ],
  ])('with %s calls, and nothing is stored', async (_name, init) => {
    expect(await outcomes([init, init, {}])).toEqual([null, null, 'hit', '3', 'hit']);
  });

  test.each<[string, RequestInit]>([
    ['cache: reload', mode('reload')],
    ['cache: no-cache', mode('no-cache')],
    ['cache-control: no-cache', header('cache-control', 'no-cache')],
    ['cache-control: max-age=0', header('cache-control', 'max-age=0')],
    ['pragma: no-cache', header('pragma', 'no-cache')],
  ])('with %s calls, and the new answer is stored', async (_name, init) => {
    expect(await outcomes([init, {}])).toEqual(['miss', 'hit', '2', 'hit']);
  });

  test.each<[string, RequestInit]>([
    ['cache: default', mode('default')],
    ['cache: force-cache', mode('force-cache')],
    ['cache-control: no-transform', header('cache-control', 'no-transform')],
    [
      'a cache-control that pragma does not overrule',
      {
        headers: { 'cache-control': 'max-age=60', pragma: 'no-cache' },
      },
    ],
  ])('with %s is answered from the store', async (_name, init) => {
    expect(await outcomes([init])).toEqual(['hit', '1', 'hit']);
  });

  test('with max-age or min-fresh is answered by an entry that is young enough, and calls otherwise', async () => {
    const [clock, minute] = [manualClock(), 60_000];
    const settings = { caching: { now: clock.now }, fetching: { ttl: 10 * minute }, answer };
    await withWire(settings, async ({ post, server }) => {
      const outcomeOf = async (control: string) => {
        const response = await post(question, header('cache-control', control));
        await response.text();
        return response.headers.get('x-cached-llm');
      };
      await (await post()).text();
      clock.advance(3 * minute);
      expect(await outcomeOf('max-age=240')).toBe('hit');
      expect(await outcomeOf('min-fresh=360')).toBe('hit');
      expect(await outcomeOf('max-age=240, min-fresh=480')).toBe('miss');
      clock.advance(3 * minute);
      expect(await outcomeOf('Max-Age="240"')).toBe('hit');
      expect(await outcomeOf('max-age=120')).toBe('miss');
      expect(await outcomeOf('max-age=120, max-stale=999')).toBe('hit');
      expect(await outcomeOf('max-age=soon')).toBe('hit');
      expect(server.count).toBe(3);
    });
  });

  test.each<[string, RequestInit]>([
    ['cache: only-if-cached', mode('only-if-cached')],
    ['cache-control: only-if-cached', header('cache-control', 'only-if-cached')],
  ])('with %s sends nothing', async (_name, init) => {
    for (const adapter of [undefined, { ...defaultAdapter, provider: 'test' }]) {
      const fetching = adapter === undefined ? {} : { adapter };
      await withWire({ fetching, answer }, async ({ post, server }) => {
        const missing = await post(question, init);
        expect([missing.status, server.count]).toEqual([504, 0]);
        await (await post()).text();
        const found = await post(question, init);
        expect([found.status, found.headers.get('x-cached-llm')]).toEqual([200, 'hit']);
        const refused = await post(question, header('cache-control', 'only-if-cached, no-cache'));
        expect([refused.status, server.count]).toEqual([504, 1]);
      });
    }
  });

  test('with a Request is understood, too', async () => {
    await withWire({ answer }, async ({ fetch, url, server }) => {
      for (const cache of ['default', 'no-store', 'default']) {
        await (await fetch(new Request(url, { ...jsonPost(), ...mode(cache) }))).text();
      }
      expect(server.count).toBe(2);
    });
  });

  test('with no-cache bypasses a cache that is only read', async () => {
    const init = mode('no-cache');
    const fetching = { mode: 'read-only' as const };
    expect(await outcomes([init], fetching)).toEqual([null, '2', 'bypass']);
  });

  test('sends nothing in `replay` mode', async () => {
    await withWire({ fetching: { mode: 'replay' }, answer }, async ({ post, server }) => {
      for (const init of [mode('no-store'), mode('reload')]) {
        await expect(post(question, init)).rejects.toMatchObject({ code: 'REPLAY_MISS' });
      }
      expect(server.count).toBe(0);
    });
  });
});
