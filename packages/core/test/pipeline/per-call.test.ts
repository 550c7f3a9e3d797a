import { describe, expect, test } from '@jest/globals';
import { cachedLlmCall } from '../../src/index.ts';
import { QUESTION, startProvider } from '../provider.ts';
import { settled, startTrial } from '../trial.ts';

const MINUTE = 60_000;

describe('with(...)', () => {
  test('a ttl applies to the entry that this call stores', async () => {
    const { cache, clock } = startTrial({ ttl: '1h' });
    const provider = startProvider();
    const ask = cachedLlmCall(provider.ask, { cache });
    await ask.with({ ttl: '1m' })(QUESTION);
    clock.advance(MINUTE);
    await ask(QUESTION);
    expect(provider.calls).toHaveLength(2);
  });

  test('an option of the call overrides that of the function, which overrides that of the cache', async () => {
    const { cache } = startTrial({ ttl: '3h', scope: 'cache', version: '1' });
    const ask = cachedLlmCall(startProvider().ask, { cache, ttl: '2h', scope: 'function' });
    const { info } = await ask.withInfo(QUESTION);
    expect(info.ttl).toBe(2 * 60 * MINUTE);
    const nearest = await ask.with({ ttl: '1h' }).withInfo({ prompt: 'other' });
    expect(nearest.info.ttl).toBe(60 * MINUTE);
    expect(ask.with({ scope: 'function' }).keyOf(QUESTION)).toBe(ask.keyOf(QUESTION));
    expect(ask.with({ scope: 'cache' }).keyOf(QUESTION)).not.toBe(ask.keyOf(QUESTION));
  });

  test('can be chained', async () => {
    const { cache } = startTrial();
    const ask = cachedLlmCall(startProvider().ask, { cache });
    const both = ask.with({ scope: 'a' }).with({ ttl: '5m' });
    expect(both.keyOf(QUESTION)).toBe(ask.with({ scope: 'a' }).keyOf(QUESTION));
    expect((await both.withInfo(QUESTION)).info.ttl).toBe(5 * MINUTE);
  });

  test('an option given as undefined changes nothing', async () => {
    const { cache } = startTrial({ ttl: '1h' });
    const ask = cachedLlmCall(startProvider().ask, { cache, ttl: undefined });
    expect((await ask.with({ ttl: undefined }).withInfo(QUESTION)).info.ttl).toBe(60 * MINUTE);
  });

  test('passes `this` on', async () => {
    const { cache } = startTrial();
    const service = {
      name: 'service',
      ask: cachedLlmCall(
        async function name(this: { name: string }, _prompt: string) {
          return this.name;
        },
        { cache },
      ),
    };
    expect(await service.ask.with({ ttl: '1m' }).call(service, 'p')).toBe('service');
  });
});

describe('withInfo(...)', () => {
  test('describes a miss: it was stored, and its whole ttl remains', async () => {
    const { cache } = startTrial({ ttl: '1h' });
    const ask = cachedLlmCall(startProvider().ask, { cache });
    const { response, info } = await ask.withInfo(QUESTION);
    expect(response).toEqual({ text: 'answer 1' });
    expect(info).toEqual({
      outcome: 'miss',
      collapsed: false,
      stored: true,
      key: ask.keyOf(QUESTION),
      age: 0,
      ttl: 60 * MINUTE,
      saved: undefined,
    });
  });

  test('describes a hit: its age, the rest of its ttl, and the time that it saved', async () => {
    const { cache, clock } = startTrial({ ttl: '1h' });
    const ask = cachedLlmCall(
      async function slow(_prompt: string) {
        clock.advance(1_200);
        return 'answer';
      },
      { cache },
    );
    await ask('p');
    clock.advance(10 * MINUTE);
    const { info } = await ask.withInfo('p');
    expect(info).toEqual({
      outcome: 'hit',
      collapsed: false,
      stored: true,
      key: ask.keyOf('p'),
      age: 10 * MINUTE,
      ttl: 50 * MINUTE,
      saved: { usage: undefined, milliseconds: 1_200 },
    });
  });

  test('describes a follower as collapsed', async () => {
    const { cache } = startTrial();
    const ask = cachedLlmCall(startProvider().ask, { cache });
    const [leader, follower] = await Promise.all([ask.withInfo(QUESTION), ask.withInfo(QUESTION)]);
    expect(leader.info).toMatchObject({ outcome: 'miss', collapsed: false, stored: true });
    expect(follower.info).toMatchObject({ outcome: 'miss', collapsed: true, stored: true });
  });

  test('describes a bypass without a key', async () => {
    const { cache } = startTrial();
    const ask = cachedLlmCall(startProvider().ask, { cache, when: () => false });
    const { info } = await ask.withInfo(QUESTION);
    expect(info).toEqual({
      ...{ outcome: 'bypass', reason: 'when' },
      ...{ collapsed: false, stored: false, age: 0, ttl: 0 },
    });
  });

  test('describes an answer that was not admitted as not stored', async () => {
    const { cache } = startTrial();
    const ask = cachedLlmCall(startProvider().ask, { cache, admit: () => false });
    const { info } = await ask.withInfo(QUESTION);
    expect(info).toMatchObject({ outcome: 'miss', stored: false });
  });

  test('states the usage that the adapter read as what a hit saved', async () => {
    const { cache } = startTrial();
    const adapter = {
      provider: 'mine',
      ignore: [],
      rejects: () => undefined,
      usageOf: () => ({ inputTokens: 7, outputTokens: 11 }),
      stream: { ends: () => false, assemble: () => undefined },
    };
    const ask = cachedLlmCall(startProvider().ask, { cache, adapter });
    expect((await ask.withInfo(QUESTION)).info.saved).toBeUndefined();
    const { info } = await ask.withInfo(QUESTION);
    expect(info.saved?.usage).toEqual({ inputTokens: 7, outputTokens: 11 });
  });
});

describe('keyOf(...)', () => {
  test('is the same for equal requests, and calls no provider', () => {
    const { cache, story } = startTrial();
    const provider = startProvider();
    const ask = cachedLlmCall(provider.ask, { cache });
    expect(ask.keyOf({ prompt: 'p', a: 1 })).toBe(ask.keyOf({ a: 1, prompt: 'p' }));
    expect(provider.calls).toHaveLength(0);
    expect(story()).toEqual([]);
  });

  test('consists of namespace, format version, scope and a digest of 256 bits', () => {
    const { cache } = startTrial({ namespace: 'my app' });
    const ask = cachedLlmCall(startProvider().ask, { cache });
    expect(ask.keyOf(QUESTION)).toMatch(/^my%20app:2:-:[\w-]{43}$/);
    expect(ask.with({ scope: 'x' }).keyOf(QUESTION)).toMatch(/^my%20app:2:[\w-]{43}:[\w-]{43}$/);
  });

  test('is undefined for a call that bypasses the cache', () => {
    const { cache } = startTrial();
    const ask = cachedLlmCall(async (_given: unknown) => 1, { cache });
    expect(ask.keyOf(() => {})).toBeUndefined();
  });
});

describe('peek(...)', () => {
  test('returns the stored answer without an upstream call, an event or a count', async () => {
    const { cache, story } = startTrial();
    const provider = startProvider();
    const ask = cachedLlmCall(provider.ask, { cache });
    expect(await ask.peek(QUESTION)).toBeUndefined();
    expect(story()).toEqual([]);
    await ask(QUESTION);
    await settled();
    expect(await ask.peek(QUESTION)).toEqual({ text: 'answer 1' });
    expect(provider.calls).toHaveLength(1);
    expect(story()).toEqual(['miss', 'stored']);
    expect(cache.stats()).toMatchObject({ hits: 0, requests: 1 });
  });

  test('returns a stale answer, and no expired one', async () => {
    const { cache, clock } = startTrial({ ttl: '1m', staleWhileRevalidate: '1m' });
    const ask = cachedLlmCall(startProvider().ask, { cache });
    await ask(QUESTION);
    clock.advance(MINUTE);
    expect(await ask.peek(QUESTION)).toEqual({ text: 'answer 1' });
    clock.advance(MINUTE);
    expect(await ask.peek(QUESTION)).toBeUndefined();
  });
});
