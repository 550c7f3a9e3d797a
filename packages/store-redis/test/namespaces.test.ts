import { cachedLlmCall, createLlmCache } from '@cached-llm/core';
import { type RedisStoreOptions, redisStore } from '@cached-llm/store-redis';
import { startRedisCluster } from '@cached-llm/testing';
import { afterAll, beforeEach, expect, test } from '@jest/globals';
import { afterThisTest, startSharedServer } from './resources.ts';

/** Each would include others if it were read as a pattern, a collation, a hash tag or a separate line. */
const NAMESPACES = [
  'app',
  'a*',
  'a?',
  '[a]',
  '[^x]*',
  '\\',
  'a\\*',
  '%',
  '%2A',
  '{tag}',
  '{',
  '}{',
  'a:1',
  'a\nb',
  'a b',
  '"\'',
  '\u00e9',
  'e\u0301',
  '鍵 🔑',
  '*',
];
const prompts = Array.from({ length: 5 }, (_, number) => `question ${number}`);
const { server } = await startSharedServer();
const cluster = await startRedisCluster();
afterAll(() => cluster.stop());

beforeEach(() => Promise.all([server, ...cluster.masters].map((each) => each.command('FLUSHALL'))));

function open(namespace: string, options: RedisStoreOptions) {
  const cache = createLlmCache({
    store: redisStore({ connectTimeout: 30_000, ...options }),
    namespace,
    storeTimeout: '30s',
  });
  afterThisTest(() => cache.close());
  const ask = cachedLlmCall(
    async function answer({ prompt }: { readonly prompt: string }) {
      return { text: `${namespace} answers ${prompt}` };
    },
    { cache, provider: 'trial' },
  );
  return { cache, ask, namespace };
}

type Open = ReturnType<typeof open>;

/** Checks that each answer is of its own namespace, and returns the outcomes. */
async function outcomesOf({ ask, namespace }: Open): Promise<Set<string>> {
  const answers = await Promise.all(prompts.map((prompt) => ask.withInfo({ prompt })));
  expect(answers.map(({ response }) => response.text)).toEqual(
    prompts.map((prompt) => `${namespace} answers ${prompt}`),
  );
  return new Set(answers.map(({ info }) => info.outcome));
}

test('clearing or invalidating a namespace of any characters touches no other key', async () => {
  const foreign = ['app', 'app:1', 'a:1:x', 'session:1', '*', '{tag}:1:x', 'cached-llm:x'];
  for (const key of foreign) await server.command(`SET "${key}" theirs`);
  const all = NAMESPACES.map((namespace) => open(namespace, { url: server.url }));
  for (const each of all) expect(await outcomesOf(each)).toEqual(new Set(['miss']));
  for (const [index, each] of all.entries()) {
    if (index % 2 === 0) expect(await each.cache.clear()).toBe(true);
    else expect(await each.cache.invalidate({ namespace: true })).toBe(true);
    for (const other of all.slice(index + 1)) {
      expect(await outcomesOf(other)).toEqual(new Set(['hit']));
    }
  }
  for (const key of foreign) expect(await server.command(`GET "${key}"`)).toContain('theirs');
});

test.each(['{tag}', '{', '}{a}', '{}'])(
  'the namespace %s is not a hash tag, and its entries are spread over a cluster',
  async (namespace) => {
    const opened = open(namespace, { cluster: cluster.urls });
    const many = Array.from({ length: 60 }, (_, number) => ({ prompt: `question ${number}` }));
    await Promise.all(many.map((request) => opened.ask.withInfo(request)));
    const sizes = await Promise.all(cluster.masters.map((each) => each.command('DBSIZE')));
    expect(sizes.filter((size) => Number(size.slice(1)) > 5)).toHaveLength(3);
    expect(await opened.cache.clear()).toBe(true);
    expect(await outcomesOf(opened)).toEqual(new Set(['miss']));
  },
  60_000,
);
