import { type CallOptions, createLlmCache, type LlmCache } from '@cached-llm/core';
import { cachedFetch } from '@cached-llm/http';
import { cachedOpenAI, openai } from '@cached-llm/openai';
import {
  demoExchanges,
  fixtureStore,
  manualClock,
  startWireServer,
  temporaryFolder,
  type WireServer,
} from '@cached-llm/testing';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { AzureOpenAI, OpenAI } from 'openai';
import { clientOf } from './wire.ts';

const { responsesApi, whyIsTheSeaSalty } = demoExchanges;
const DAY = 24 * 60 * 60 * 1000;

let server: WireServer;
beforeAll(async () => {
  server = await startWireServer({ exchanges: [], answer: ({ path }) => answerAt(path) });
});
afterAll(() => server.close());

const answerAt = (path: string) =>
  path.endsWith('/responses') ? responsesApi.response : whyIsTheSeaSalty.response;

/** Who asks: an account's key, and options of its client. */
type Account = readonly [apiKey: string, options?: object];

const ALICE: Account = ['sk-alice'];
const BOB: Account = ['sk-bob'];

interface Asking {
  readonly cache?: LlmCache;
  readonly options?: CallOptions;
  /** Fields of the request. */
  readonly fields?: object;
  readonly path?: 'responses' | 'chat';
}

/** How many requests reach the server when these accounts ask the same, one after the other. */
async function requestsOf(accounts: readonly Account[], asking: Asking = {}): Promise<number> {
  const { cache = createLlmCache(), options, fields, path = 'responses' } = asking;
  const before = server.count;
  for (const [apiKey, more] of accounts) {
    const client = cachedOpenAI(clientOf(server, { apiKey, ...more }), { cache, ...options });
    if (path === 'chat') {
      await client.chat.completions.create({ ...whyIsTheSeaSalty.request, ...fields });
    } else {
      await client.responses.create({ ...responsesApi.request, ...fields });
    }
  }
  return server.count - before;
}

describe('a response that OpenAI stores is for callers of one credential', () => {
  test.each<[string, number, readonly Account[], Asking]>([
    ['two keys do not share it', 2, [ALICE, BOB], {}],
    ['each key finds its own again', 2, [ALICE, BOB, ALICE, BOB], {}],
    ['nor do they where store is true', 2, [ALICE, BOB], { fields: { store: true } }],
    ['nor do they where store is null, its default', 2, [ALICE, BOB], { fields: { store: null } }],
    ['store: false shares', 1, [ALICE, BOB], { fields: { store: false } }],
    [
      'encrypted thoughts are not shared even so',
      2,
      [ALICE, BOB],
      { fields: { store: false, include: ['reasoning.encrypted_content'] } },
    ],
    [
      'two projects of one key do not share it',
      3,
      [ALICE, ['sk-alice', { project: 'p' }], ['sk-alice', { project: 'q' }]],
      {},
    ],
    ['nor do two organizations', 2, [ALICE, ['sk-alice', { organization: 'o' }]], {}],
    ['a chat completion is shared', 1, [ALICE, BOB], { path: 'chat' }],
    ['it is not where it is stored', 2, [ALICE, BOB], { path: 'chat', fields: { store: true } }],
    [
      'a user who says so shares all',
      1,
      [ALICE, BOB],
      { options: { ignore: ['headers.authorization'] } },
    ],
  ])('%s', async (_what, expected, accounts, asking) => {
    expect(await requestsOf(accounts, asking)).toBe(expected);
  });

  test('so it is for cachedFetch without an adapter', async () => {
    let count = 0;
    const upstream = async () => {
      count += 1;
      return Response.json(responsesApi.response.body);
    };
    const fetch = cachedFetch({ cache: createLlmCache(), fetch: upstream });
    const ask = async (authorization: string, more: object) => {
      const body = JSON.stringify({ ...responsesApi.request, ...more });
      const headers = { authorization, 'content-type': 'application/json' };
      await (
        await fetch('https://api.x.ai/v1/responses', { method: 'POST', headers, body })
      ).text();
      return count;
    };
    expect([await ask('a', {}), await ask('b', {}), await ask('a', {})]).toEqual([1, 2, 2]);
    expect([await ask('a', { store: false }), await ask('b', { store: false })]).toEqual([3, 3]);
  });

  test('a resource of Azure is an account, whichever key or token asks', async () => {
    const cache = createLlmCache();
    let count = 0;
    const fetch = async () => {
      count += 1;
      return Response.json(responsesApi.response.body);
    };
    const ask = async (resource: string, credential: object) => {
      const endpoint = `https://${resource}.openai.azure.com`;
      const azure = new AzureOpenAI({ endpoint, apiVersion: 'v1', fetch, ...credential });
      await cachedOpenAI(azure, { cache }).responses.create(responsesApi.request);
      return count;
    };
    const token = { azureADTokenProvider: async () => `token ${count}` };
    expect(await ask('one', { apiKey: 'k1' })).toBe(1);
    expect(await ask('one', { apiKey: 'k2' })).toBe(1);
    expect(await ask('one', token)).toBe(1);
    expect(await ask('two', token)).toBe(2);
  });

  test('a project is an account, whichever of its keys asks, at OpenAI itself', async () => {
    const cache = createLlmCache();
    let count = 0;
    const fetch = async () => {
      count += 1;
      return Response.json(responsesApi.response.body);
    };
    const ask = async (apiKey: string, options: object) => {
      const client = new OpenAI({ apiKey, fetch, ...options });
      await cachedOpenAI(client, { cache }).responses.create(responsesApi.request);
      return count;
    };
    const one = { organization: 'o', project: 'one' };
    expect([await ask('old', one), await ask('new', one)]).toEqual([1, 1]);
    expect(await ask('new', { organization: 'o', project: 'other' })).toBe(2);
    expect([
      await ask('old', { organization: 'o' }),
      await ask('new', { organization: 'o' }),
    ]).toEqual([3, 4]);
    const gateway = { ...one, baseURL: 'https://llm.example.com/v1' };
    expect([await ask('old', gateway), await ask('new', gateway)]).toEqual([5, 6]);
  });

  test('a request of which an adapter cannot say it bypasses the cache', async () => {
    const cache = createLlmCache();
    const reasons: string[] = [];
    cache.on('bypass', ({ reason }) => reasons.push(reason));
    const accountIds = () => {
      throw new Error('The adapter failed.');
    };
    const upstream = async () => Response.json(responsesApi.response.body);
    const fetch = cachedFetch({ cache, adapter: { ...openai, accountIds }, fetch: upstream });
    const body = JSON.stringify(responsesApi.request);
    const response = await fetch('https://api.openai.com/v1/responses', { method: 'POST', body });
    expect(response.ok).toBe(true);
    expect(reasons).toEqual(['unreadable']);
  });

  test('no credential is in a row', async () => {
    const store = new Map<string, unknown>();
    const cache = createLlmCache({ store, explain: true });
    await requestsOf([ALICE], { cache });
    await cache.close();
    const rows = JSON.stringify([...store]);
    expect(rows).toContain('resp_demo_0001');
    expect(rows).not.toContain('sk-alice');
  });
});

describe('a response is not served after the 30 days for which it is stored', () => {
  /** Asks on each of these days, and returns how many requests that were. */
  async function requestsOnDays(days: readonly number[], options: CallOptions) {
    const clock = manualClock();
    const start = clock.now();
    const cache = createLlmCache({ now: clock.now });
    const requests: number[] = [];
    for (const day of days) {
      clock.set(start + day * DAY);
      requests.push(await requestsOf([ALICE], { cache, options }));
    }
    return { requests, stale: cache.stats().stale };
  }

  test.each<[string, CallOptions]>([
    ['with a longer ttl', { ttl: '90d' }],
    ['with a ttl that each hit renews', { ttl: '20d', renewOnHit: true }],
  ])('%s', async (_what, options) => {
    const { requests } = await requestsOnDays([0, 15, 29.9, 30], options);
    expect(requests).toEqual([1, 0, 0, 1]);
  });

  test('nor is it as a stale answer', async () => {
    const options: CallOptions = { ttl: '1d', staleWhileRevalidate: '90d', staleIfError: '90d' };
    expect((await requestsOnDays([0, 29], options)).stale).toBe(1);
    expect((await requestsOnDays([0, 30], options)).stale).toBe(0);
  });

  test('one that is not stored there lives as long as its ttl says', async () => {
    const clock = manualClock();
    const cache = createLlmCache({ now: clock.now, ttl: '90d' });
    const asking = { cache, fields: { store: false } };
    expect(await requestsOf([ALICE], asking)).toBe(1);
    clock.advance(89 * DAY);
    expect(await requestsOf([ALICE], asking)).toBe(0);
  });
});

describe('fixtures are for callers of every account', () => {
  test.each(['a store', 'its URL'])(
    'a recording under one key is replayed under another: %s',
    async (form) => {
      const folder = await temporaryFolder();
      const open = () =>
        form === 'a store' ? fixtureStore(folder.path) : `fixtures:${folder.path}`;
      try {
        const recording = createLlmCache({ store: open() });
        expect(await requestsOf([ALICE], { cache: recording })).toBe(1);
        await recording.close();
        const replaying = createLlmCache({ store: open(), mode: 'replay' });
        expect(await requestsOf([['dummy']], { cache: replaying })).toBe(0);
        await replaying.close();
      } finally {
        await folder.remove();
      }
    },
  );
});
