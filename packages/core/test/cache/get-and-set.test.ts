import { describe, expect, test } from '@jest/globals';
import type { CallIdentity } from '../../src/index.ts';
import { settled, startTrial } from '../trial.ts';

const IDENTITY: CallIdentity = {
  ...{ provider: 'openai', operation: 'summary', model: 'gpt-5' },
  request: { messages: [{ role: 'user', content: 'Summarise.' }], temperature: 0.2 },
};

describe('get and set by an identity of your own', () => {
  test('what was set is got, as a copy', async () => {
    const { cache, story } = startTrial();
    expect(await cache.get(IDENTITY)).toBeUndefined();
    const response = { text: 'short' };
    expect(await cache.set(IDENTITY, response)).toBe(true);
    response.text = 'changed';
    expect(await cache.get(IDENTITY)).toEqual({ text: 'short' });
    expect(story()).toEqual(['miss', 'stored', 'hit']);
  });

  test('is stored as it was when it was set', async () => {
    const { cache } = startTrial();
    const response = { text: 'short' };
    const setting = cache.set(IDENTITY, response);
    response.text = 'changed at once';
    await setting;
    expect(await cache.get(IDENTITY)).toEqual({ text: 'short' });
  });

  test('every field of the identity counts', async () => {
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

  test('the model is the request’s where the identity names none', async () => {
    const { cache } = startTrial();
    const identity = { provider: 'openai', request: { model: 'gpt-5', messages: [] } };
    await cache.set(identity, 'answer');
    await cache.invalidate({ model: 'gpt-5' });
    expect(await cache.get(identity)).toBeUndefined();
  });

  test('rounds the temperature, and leaves out what is ignored', async () => {
    const { cache } = startTrial();
    await cache.set(IDENTITY, 'answer');
    const request = { ...(IDENTITY.request as object), temperature: 0.2000001, trace: 7 };
    expect(await cache.get({ ...IDENTITY, request }, { ignore: ['trace'] })).toBe('answer');
    expect(await cache.get({ ...IDENTITY, request })).toBeUndefined();
  });

  test('takes a ttl, a scope, tags and a version of its own', async () => {
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

  test('gets what is fresh, and nothing stale', async () => {
    const { cache, clock } = startTrial({ ttl: '1m', staleWhileRevalidate: '1h' });
    await cache.set(IDENTITY, 'answer');
    clock.advance(60_000);
    expect(await cache.get(IDENTITY)).toBeUndefined();
  });

  test('has a key that says where the entry is', async () => {
    const { cache } = startTrial();
    await cache.set(IDENTITY, 'answer');
    const key = cache.keyOf(IDENTITY);
    expect(key).toMatch(/^cached-llm:2:-:/);
    await cache.invalidate({ key: key ?? '' });
    expect(await cache.get(IDENTITY)).toBeUndefined();
  });

  test('an identity that cannot be keyed has nothing, and one event each says so', async () => {
    const { cache, story } = startTrial();
    const identity = { provider: 'mine', request: { run: () => {} } };
    expect(await cache.set(identity, 'answer')).toBe(false);
    expect(await cache.get(identity)).toBeUndefined();
    expect(cache.keyOf(identity)).toBeUndefined();
    expect(story()).toEqual(['bypass', 'bypass']);
  });

  test('an identity that cannot be read has nothing either', async () => {
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

  test('an unfit answer is not set, unless it is admitted on purpose', async () => {
    const { cache } = startTrial();
    const cut = { choices: [{ finish_reason: 'length' }] };
    expect(await cache.set(IDENTITY, cut)).toBe(false);
    expect(await cache.get(IDENTITY)).toBeUndefined();
    expect(await cache.set(IDENTITY, cut, { admit: { truncated: true } })).toBe(true);
  });

  test('a stream is set when it has come to its end', async () => {
    const { cache } = startTrial();
    async function* stream() {
      yield 'a';
      await settled();
      yield 'b';
    }
    expect(await cache.set(IDENTITY, stream())).toBe(true);
    const chunks: unknown[] = [];
    for await (const chunk of (await cache.get(IDENTITY)) as AsyncIterable<unknown>) {
      chunks.push(chunk);
    }
    expect(chunks).toEqual(['a', 'b']);
  });

  test('a stream that breaks is not set', async () => {
    const { cache } = startTrial();
    async function* stream() {
      yield 'a';
      throw new Error('cut off');
    }
    expect(await cache.set(IDENTITY, stream())).toBe(false);
    expect(await cache.get(IDENTITY)).toBeUndefined();
  });

  test('in a cache that is off nothing is kept, found or told', async () => {
    const { cache, story } = startTrial({ mode: 'off' });
    expect(await cache.set(IDENTITY, 'answer')).toBe(false);
    expect(await cache.get(IDENTITY)).toBeUndefined();
    expect(story()).toEqual([]);
    expect(await cache.set(IDENTITY, 'answer', { mode: 'read-write' })).toBe(true);
    expect(await cache.get(IDENTITY)).toBeUndefined();
  });

  test('refreshing finds nothing, and a recording is found however old', async () => {
    const { cache, clock } = startTrial({ ttl: '1m' });
    await cache.set(IDENTITY, 'answer');
    expect(await cache.get(IDENTITY, { mode: 'refresh' })).toBeUndefined();
    clock.advance(90_000);
    expect(await cache.get(IDENTITY)).toBeUndefined();
    expect(await cache.get(IDENTITY, { mode: 'replay' })).toBe('answer');
  });

  test('an answer that arrives after an invalidation was asked for is kept', async () => {
    const { cache } = startTrial({ tags: ['t'] });
    await cache.invalidate({ tag: 't' });
    expect(await cache.set(IDENTITY, 'new')).toBe(true);
    expect(await cache.get(IDENTITY)).toBe('new');
  });
});
