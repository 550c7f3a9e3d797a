import { describe, expect, test } from '@jest/globals';
import { cachedLlmCall } from '../../src/index.ts';
import { QUESTION, startProvider } from '../provider.ts';
import { settled, startTrial } from '../trial.ts';

const MINUTE = 60_000;

describe('expire', () => {
  test.each(['tag', 'key'])(
    'by %s without a stale window makes the next call wait for a new answer',
    async (by) => {
      const { cache, clock, story } = startTrial();
      const ask = cachedLlmCall(startProvider().ask, { cache, tags: ['t'] });
      await ask(QUESTION);
      clock.advance(MINUTE);
      const selection = by === 'tag' ? { tag: 't' } : { key: ask.keyOf(QUESTION) ?? '' };
      expect(await cache.expire(selection)).toBe(true);
      clock.advance(MINUTE);
      expect(await ask(QUESTION)).toEqual({ text: 'answer 2' });
      clock.advance(MINUTE);
      expect(await ask(QUESTION)).toEqual({ text: 'answer 2' });
      expect(story()).toEqual(['miss', 'stored', 'miss', 'stored', 'hit']);
    },
  );

  test.each(['tag', 'key'])(
    'by %s with a stale window serves the stale answer while it is revalidated',
    async (by) => {
      const { cache, clock, story } = startTrial({ staleWhileRevalidate: '1h' });
      const ask = cachedLlmCall(startProvider().ask, { cache, tags: ['t'] });
      await ask(QUESTION);
      clock.advance(MINUTE);
      await cache.expire(by === 'tag' ? { tag: 't' } : { key: ask.keyOf(QUESTION) ?? '' });
      clock.advance(MINUTE);
      expect(await ask(QUESTION)).toEqual({ text: 'answer 1' });
      await settled();
      clock.advance(MINUTE);
      expect(await ask(QUESTION)).toEqual({ text: 'answer 2' });
      expect(story()).toEqual(['miss', 'stored', 'stale', 'stored', 'hit']);
    },
  );

  test('does not lengthen the stale window of an entry that was still fresh', async () => {
    const { cache, clock } = startTrial({ ttl: '1h', staleWhileRevalidate: '10m' });
    const ask = cachedLlmCall(startProvider().ask, { cache });
    await ask(QUESTION);
    await cache.expire({ namespace: true });
    clock.advance(10 * MINUTE);
    expect(await ask(QUESTION)).toEqual({ text: 'answer 2' });
  });

  test('leaves the entry as a fallback for a provider that fails', async () => {
    const { cache, clock } = startTrial({ ttl: '1h', staleIfError: '10m' });
    let isUp = true;
    async function sometimes(_prompt: string) {
      if (isUp) return 'old';
      throw new Error('down');
    }
    const ask = cachedLlmCall(sometimes, { cache });
    await ask('p');
    isUp = false;
    await cache.expire({ provider: 'sometimes' });
    clock.advance(MINUTE);
    expect(await ask('p')).toBe('old');
  });

  test('does not lengthen the window of an entry that is already stale', async () => {
    const { cache, clock } = startTrial({ ttl: '1m', staleWhileRevalidate: '10m' });
    const ask = cachedLlmCall(startProvider().ask, { cache });
    await ask(QUESTION);
    clock.advance(5 * MINUTE);
    await cache.expire({ key: ask.keyOf(QUESTION) ?? '' });
    await cache.expire({ namespace: true });
    clock.advance(6 * MINUTE);
    expect(await ask(QUESTION)).toEqual({ text: 'answer 2' });
  });

  test('does not make an invalidated entry valid again', async () => {
    const { cache, clock } = startTrial({ staleWhileRevalidate: '1h' });
    const provider = startProvider();
    const ask = cachedLlmCall(provider.ask, { cache, tags: ['t'] });
    await ask(QUESTION);
    await cache.invalidate({ tag: 't' });
    await cache.expire({ tag: 't' });
    clock.advance(MINUTE);
    expect(await ask(QUESTION)).toEqual({ text: 'answer 2' });
  });

  test('resolves to true for a key without an entry', async () => {
    const { cache } = startTrial();
    const key = cache.keyOf({ provider: 'p', request: QUESTION });
    expect(await cache.expire({ key: key ?? '' })).toBe(true);
  });
});
