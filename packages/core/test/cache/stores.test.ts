import { join } from 'node:path';
import { sqliteStore } from '@cached-llm/store-sqlite';
import { temporaryFolder } from '@cached-llm/testing';
import { describe, expect, test } from '@jest/globals';
import Keyv from 'keyv';
import { Keyv as Keyv6 } from 'keyv-6';
import { type CacheOptions, cachedLlmCall, createLlmCache } from '../../src/index.ts';
import { MemoryStore, openStore } from '../../src/store.ts';
import { QUESTION, startProvider } from '../provider.ts';
import { closeTrials, settled, startTrial } from '../trial.ts';

interface OpenStore {
  readonly store: NonNullable<CacheOptions['store']>;
  close(): unknown;
}

const inMemory = (store: OpenStore['store']): OpenStore => ({ store, close: () => {} });

async function openSqlite(): Promise<OpenStore> {
  const folder = await temporaryFolder();
  const store = sqliteStore(join(folder.path, 'llm.db'));
  const close = async () => {
    await store.disconnect?.();
    await folder.remove();
  };
  return { store, close };
}

const STORES: readonly (readonly [string, () => OpenStore | Promise<OpenStore>])[] = [
  ['a Map', () => inMemory(new Map())],
  ['the memory store', () => inMemory(new MemoryStore())],
  ['the memory store by its URL', () => inMemory('memory:')],
  ['Keyv 5', () => inMemory(new Keyv())],
  ['Keyv 5 with a namespace', () => inMemory(new Keyv({ namespace: 'other' }))],
  ['Keyv 5 over the memory store', () => inMemory(new Keyv({ store: new MemoryStore() }))],
  ['Keyv 6', () => inMemory(new Keyv6())],
  ['Keyv 6 over the memory store', () => inMemory(new Keyv6({ store: new MemoryStore() }))],
  ['a SQLite file', openSqlite],
];

describe.each(STORES)('over %s', (_name, open) => {
  async function within(run: (store: OpenStore['store']) => Promise<void>) {
    const { store, close } = await open();
    try {
      await run(store);
    } finally {
      await closeTrials();
      await close();
    }
  }

  test('the same events follow from the same calls', () =>
    within(async (store) => {
      const { cache, clock, story } = startTrial({ store, ttl: '1h', tags: ['t'] });
      const ask = cachedLlmCall(startProvider().ask, { cache });
      const asked = async () => (await ask.withInfo(QUESTION)).info.outcome;
      expect(await asked()).toBe('miss');
      expect(await asked()).toBe('hit');
      await ask.invalidate(QUESTION);
      expect(await asked()).toBe('miss');
      await cache.invalidate({ tag: 't' });
      expect(await asked()).toBe('miss');
      clock.advance(3_600_000);
      expect(await asked()).toBe('miss');
      expect(await asked()).toBe('hit');
      expect(await cache.clear()).toBe(true);
      expect(await asked()).toBe('miss');
      const first = ['miss', 'stored', 'hit', 'miss', 'stored', 'miss', 'stored'];
      expect(story()).toEqual([...first, 'miss', 'stored', 'hit', 'miss', 'stored']);
    }));

  test('an answer with dates and bytes comes back unchanged', () =>
    within(async (store) => {
      const { cache } = startTrial({ store });
      const answer = {
        at: new Date(0),
        audio: new Uint8Array([0, 255, 10]),
        vector: new Float32Array([0.5, -1]),
        text: 'ä\u0000𝒳',
      };
      const ask = cachedLlmCall(async (_prompt: string) => answer, { cache, provider: 'mine' });
      await ask.withInfo('p'); // waits for the write
      const { response, info } = await ask.withInfo('p');
      expect(info.outcome).toBe('hit');
      expect(response).toEqual(answer);
    }));

  test('the statistics count the requests', () =>
    within(async (store) => {
      const { cache } = startTrial({ store });
      const ask = cachedLlmCall(startProvider().ask, { cache });
      await ask(QUESTION);
      await ask(QUESTION);
      expect(cache.stats()).toMatchObject({ misses: 1, requests: 2, hitRate: 0.5 });
    }));

  test('an entry is gone after the ttl that the store was given', () =>
    within(async (store) => {
      const cache = createLlmCache({ store, ttl: 1 });
      const provider = startProvider();
      const ask = cachedLlmCall(provider.ask, { cache });
      await ask.withInfo(QUESTION);
      await new Promise((resolve) => setTimeout(resolve, 5));
      await ask(QUESTION);
      expect(provider.calls).toHaveLength(2);
      await cache.close();
    }));
});

describe('an answer in a SQLite file', () => {
  test('is found by a later cache over the same file', async () => {
    const folder = await temporaryFolder();
    const path = join(folder.path, 'deep', 'llm.db');
    const provider = startProvider();
    for (let run = 0; run < 2; run++) {
      const cache = createLlmCache({ store: openStore(`sqlite:${path}`) });
      const ask = cachedLlmCall(provider.ask, { cache });
      expect(await ask(QUESTION)).toEqual({ text: 'answer 1' });
      await cache.close();
    }
    expect(provider.calls).toHaveLength(1);
    await folder.remove();
  });
});

describe('close', () => {
  test('waits for the writes that are still under way', async () => {
    const folder = await temporaryFolder();
    const path = join(folder.path, 'llm.db');
    const provider = startProvider();
    const first = createLlmCache({ store: sqliteStore(path) });
    const ask = cachedLlmCall(provider.ask, { cache: first });
    await Promise.all(Array.from({ length: 50 }, (_, index) => ask({ prompt: `${index}` })));
    await first.close();
    const second = createLlmCache({ store: sqliteStore(path) });
    const again = cachedLlmCall(provider.ask, { cache: second });
    await Promise.all(Array.from({ length: 50 }, (_, index) => again({ prompt: `${index}` })));
    await second.close();
    expect(provider.calls).toHaveLength(50);
    await folder.remove();
  });

  test('does not stop a function from calling the provider', async () => {
    const { cache } = startTrial();
    const ask = cachedLlmCall(startProvider().ask, { cache });
    await cache.close();
    await settled();
    expect(await ask(QUESTION)).toEqual({ text: 'answer 1' });
  });
});
