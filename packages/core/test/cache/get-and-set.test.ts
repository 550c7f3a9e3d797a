import { describe, expect, test } from '@jest/globals';
import type { CallIdentity } from '../../src/index.ts';
import { chunksOf, settled, startTrial } from '../trial.ts';

const IDENTITY: CallIdentity = {
  ...{ provider: 'openai', operation: 'summary', model: 'gpt-5' },
  request: { messages: [{ role: 'user', content: 'Summarise.' }], temperature: 0.2 },
};

describe('get and set by a call identity', () => {
  test('get returns a copy of what was set', async () => {
    const { cache, story } = startTrial();
    expect(await cache.get(IDENTITY)).toBeUndefined();
    const response = { text: 'short' };
    expect(await cache.set(IDENTITY, response)).toBe(true);
    response.text = 'changed';
    expect(await cache.get(IDENTITY)).toEqual({ text: 'short' });
    expect(story()).toEqual(['miss', 'stored', 'hit']);
  });

  test('a response is stored as it was at the call of set', async () => {
    const { cache } = startTrial();
    const response = { text: 'short' };
    const setting = cache.set(IDENTITY, response);
    response.text = 'changed at once';
    await setting;
    expect(await cache.get(IDENTITY)).toEqual({ text: 'short' });
  });

  test('every field of the identity is in the key', async () => {
    const { cache } = startTrial();
    await cache.set(IDENTITY, 'answer');
    const others: CallIdentity[] = [
      { ...IDENTITY, provider: 'anthropic' },
      { ...IDENTITY, operation: 'translation' },
      { ...IDENTITY, model: 'gpt-6' },
      { ...IDENTITY, version: '2' },
      { ...IDENTITY, sample: 1 },
      { ...IDENTITY, streamed: true },
      { ...IDENTITY, headers: { 'openai-beta': 'x' } },
      { ...IDENTITY, request: { messages: [] } },
    ];
    for (const other of others) expect(await cache.get(other)).toBeUndefined();
    expect(await cache.get({ ...IDENTITY, sample: undefined })).toBe('answer');
  });

  test('the model of the request is used where the identity names none', async () => {
    const { cache } = startTrial();
    const identity = { provider: 'openai', request: { model: 'gpt-5', messages: [] } };
    await cache.set(identity, 'answer');
    await cache.invalidate({ model: 'gpt-5' });
    expect(await cache.get(identity)).toBeUndefined();
  });

  test('the key has the temperature rounded, and has no ignored field', async () => {
    const { cache } = startTrial();
    await cache.set(IDENTITY, 'answer');
    const request = { ...(IDENTITY.request as object), temperature: 0.2000001, trace: 7 };
    expect(await cache.get({ ...IDENTITY, request }, { ignore: ['trace'] })).toBe('answer');
    expect(await cache.get({ ...IDENTITY, request })).toBeUndefined();
  });

  test('one call may have its own ttl, scope, tags and version', async () => {
    const { cache, clock } = startTrial();
    const options = { scope: 'alice', version: '2' } as const;
    await cache.set(IDENTITY, 'hers', { ...options, ttl: '1m', tags: ['t'] });
    expect(await cache.get(IDENTITY)).toBeUndefined();
    expect(await cache.get(IDENTITY, options)).toBe('hers');
    await cache.invalidate({ tag: 't' });
    expect(await cache.get(IDENTITY, options)).toBeUndefined();
    await cache.set(IDENTITY, 'hers', { ...options, ttl: '1m' });
    clock.advance(60_000);
    expect(await cache.get(IDENTITY, options)).toBeUndefined();
  });

  test('get returns a fresh response, and never a stale one', async () => {
    const { cache, clock } = startTrial({ ttl: '1m', staleWhileRevalidate: '1h' });
    await cache.set(IDENTITY, 'answer');
    clock.advance(60_000);
    expect(await cache.get(IDENTITY)).toBeUndefined();
  });

  test('keyOf returns the key of the entry', async () => {
    const { cache } = startTrial();
    await cache.set(IDENTITY, 'answer');
    const key = cache.keyOf(IDENTITY);
    expect(key).toMatch(/^cached-llm:2:-:/);
    await cache.invalidate({ key: key ?? '' });
    expect(await cache.get(IDENTITY)).toBeUndefined();
  });

  test('an identity that has no key is not cached, and each call has one event', async () => {
    const { cache, story } = startTrial();
    const identity = { provider: 'mine', request: { run: () => {} } };
    expect(await cache.set(identity, 'answer')).toBe(false);
    expect(await cache.get(identity)).toBeUndefined();
    expect(cache.keyOf(identity)).toBeUndefined();
    expect(story()).toEqual(['bypass', 'bypass']);
  });

  test('an identity that cannot be read is not cached either', async () => {
    const { cache, story } = startTrial();
    const request = {
      get model(): string {
        throw new Error('not for you');
      },
    };
    expect(await cache.set({ provider: 'mine', request }, 'answer')).toBe(false);
    expect(await cache.get({ provider: 'mine', request })).toBeUndefined();
    expect(cache.keyOf({ provider: 'mine', request })).toBeUndefined();
    expect(story()).toEqual(['bypass', 'bypass']);
  });

  test('an unusable answer is not stored, unless it is admitted on purpose', async () => {
    const { cache } = startTrial();
    const cut = { choices: [{ finish_reason: 'length' }] };
    expect(await cache.set(IDENTITY, cut)).toBe(false);
    expect(await cache.get(IDENTITY)).toBeUndefined();
    expect(await cache.set(IDENTITY, cut, { admit: { truncated: true } })).toBe(true);
  });

  test('a stream is stored when it has ended', async () => {
    const { cache } = startTrial();
    async function* stream() {
      yield 'a';
      await settled();
      yield 'b';
    }
    expect(await cache.set(IDENTITY, stream())).toBe(true);
    const stored = (await cache.get(IDENTITY)) as AsyncIterable<unknown>; // the stored response is a stream
    expect(await chunksOf(stored)).toEqual(['a', 'b']);
  });

  test('a stream that breaks is not stored', async () => {
    const { cache } = startTrial();
    async function* stream() {
      yield 'a';
      throw new Error('cut off');
    }
    expect(await cache.set(IDENTITY, stream())).toBe(false);
    expect(await cache.get(IDENTITY)).toBeUndefined();
  });

  test('a cache that is off stores and finds nothing, and sends no event', async () => {
    const { cache, story } = startTrial({ mode: 'off' });
    expect(await cache.set(IDENTITY, 'answer')).toBe(false);
    expect(await cache.get(IDENTITY)).toBeUndefined();
    expect(story()).toEqual([]);
    expect(await cache.set(IDENTITY, 'answer', { mode: 'read-write' })).toBe(true);
    expect(await cache.get(IDENTITY)).toBeUndefined();
  });

  test('refresh finds nothing, and replay finds a response of any age', async () => {
    const { cache, clock } = startTrial({ ttl: '1m' });
    await cache.set(IDENTITY, 'answer');
    expect(await cache.get(IDENTITY, { mode: 'refresh' })).toBeUndefined();
    clock.advance(90_000);
    expect(await cache.get(IDENTITY)).toBeUndefined();
    expect(await cache.get(IDENTITY, { mode: 'replay' })).toBe('answer');
  });

  test('an answer that is set after an invalidation is found', async () => {
    const { cache } = startTrial({ tags: ['t'] });
    await cache.invalidate({ tag: 't' });
    expect(await cache.set(IDENTITY, 'new')).toBe(true);
    expect(await cache.get(IDENTITY)).toBe('new');
  });
});
