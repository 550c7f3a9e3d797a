import { describe, expect, test } from '@jest/globals';
import Keyv from 'keyv';
import { cachedLlmCall, createLlmCache } from '../../src/index.ts';
import { MemoryStore } from '../../src/store.ts';
import { settled, startTrial } from '../trial.ts';

const upper = () => async (text: string) => text.toUpperCase();
const lower = () => async (text: string) => text.toLowerCase();

describe('a function without a name', () => {
  test.each([
    ['a Map', () => new Map<string, unknown>()],
    ['a Keyv', () => new Keyv()],
    ['a Keyv over the memory store', () => new Keyv({ store: new MemoryStore() })],
  ])('is refused on %s, which other processes may share', (_what, store) => {
    const cache = createLlmCache({ store: store() });
    const define = () => cachedLlmCall(upper(), { cache });
    expect(define).toThrow(expect.objectContaining({ code: 'ANONYMOUS_FUNCTION' }));
    expect(define).toThrow("{ provider: 'my-prompt' }");
  });

  test('is cached in the memory of this process', async () => {
    const { cache, story } = startTrial();
    const ask = cachedLlmCall(upper(), { cache });
    expect(await ask('Text')).toBe('TEXT');
    await settled();
    expect(await ask('Text')).toBe('TEXT');
    expect(story()).toEqual(['miss', 'stored', 'hit']);
  });

  test('never shares an answer with another function, nor with itself if it is wrapped again', async () => {
    const { cache } = startTrial();
    const one = upper();
    const [first, second, again] = [one, lower(), one].map((fn) => cachedLlmCall(fn, { cache }));
    expect(await first?.('Text')).toBe('TEXT');
    expect(await second?.('Text')).toBe('text');
    expect(await again?.('Text')).toBe('TEXT');
    expect(cache.stats()).toMatchObject({ misses: 3, hits: 0 });
  });

  test.each([{ provider: 'shout' }, { provider: 'shout', key: (text: string) => text }])(
    'is cached in every store with %j',
    async (options) => {
      const store = new Map<string, unknown>();
      const cache = createLlmCache({ store });
      const define = () => cachedLlmCall(upper(), { cache, ...options });
      expect(define().keyOf('Text')).toBe(define().keyOf('Text'));
    },
  );
});

describe('a function with a name', () => {
  test('has the same key in every process', async () => {
    const store = new Map<string, unknown>();
    async function ask(text: string) {
      return text;
    }
    const keys = [1, 2].map(() =>
      cachedLlmCall(ask, { cache: createLlmCache({ store }) }).keyOf('a'),
    );
    expect(keys[0]).toBe(keys[1]);
  });

  test('still has its name when it is wrapped', () => {
    const { cache } = startTrial();
    async function summarise(text: string) {
      return text;
    }
    expect(cachedLlmCall(summarise, { cache }).name).toBe('summarise');
  });
});
