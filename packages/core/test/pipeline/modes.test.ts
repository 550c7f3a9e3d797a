import { describe, expect, test } from '@jest/globals';
import { cachedLlmCall, LlmCacheError, type Mode } from '../../src/index.ts';
import { QUESTION, startProvider, startTurns } from '../provider.ts';
import { SlowStore } from '../store/slow-store.ts';
import { settled, startTrial } from '../trial.ts';

function startModes() {
  const trial = startTrial({ ttl: '1h' });
  const provider = startProvider();
  const ask = cachedLlmCall(provider.ask, { cache: trial.cache });
  const as = (mode: Mode) =>
    ask
      .with({ mode })(QUESTION)
      .then(({ text }) => text);
  return { ...trial, provider, as };
}

const HOUR = 3_600_000;

describe('read-only', () => {
  test('answers from the store and never writes', async () => {
    const { as, story } = startModes();
    expect(await as('read-only')).toBe('answer 1');
    expect(await as('read-only')).toBe('answer 2');
    await as('read-write');
    expect(await as('read-only')).toBe('answer 3');
    const expected = ['miss', 'not-admitted', 'miss', 'not-admitted', 'miss', 'stored', 'hit'];
    expect(story()).toEqual(expected);
  });

  test('renews nothing', async () => {
    const { cache, clock, story } = startTrial({ ttl: '1h', renewOnHit: true });
    const ask = cachedLlmCall(startProvider().ask, { cache });
    await ask(QUESTION);
    clock.advance(HOUR / 2);
    await ask.with({ mode: 'read-only' })(QUESTION);
    await settled();
    clock.advance(HOUR / 2);
    await ask(QUESTION);
    expect(story()).toEqual(['miss', 'stored', 'hit', 'miss', 'stored']);
  });

  test('serves stale without revalidating what it could not store', async () => {
    const { cache, clock } = startTrial({ ttl: '1h', staleWhileRevalidate: '1h' });
    const provider = startProvider();
    const ask = cachedLlmCall(provider.ask, { cache });
    await ask(QUESTION);
    clock.advance(HOUR);
    const { info } = await ask.with({ mode: 'read-only' }).withInfo(QUESTION);
    await settled();
    expect(info.outcome).toBe('stale');
    expect(provider.calls).toHaveLength(1);
  });
});

describe('refresh', () => {
  test('calls although there is an answer, and stores the new one', async () => {
    const { as, story } = startModes();
    await as('read-write');
    expect(await as('refresh')).toBe('answer 2');
    expect(await as('read-write')).toBe('answer 2');
    expect(story()).toEqual(['miss', 'stored', 'miss', 'stored', 'hit']);
  });

  test('equal refreshes at the same time are one call', async () => {
    const { as, provider } = startModes();
    await as('read-write');
    await Promise.all([as('refresh'), as('refresh'), as('refresh')]);
    expect(provider.calls).toHaveLength(2);
  });

  test('refreshes one after the other are calls of their own, also while the store is slow', async () => {
    const store = new SlowStore();
    store.reading.open();
    const { cache } = startTrial({ store });
    const provider = startProvider();
    const ask = cachedLlmCall(provider.ask, { cache, mode: 'refresh' });
    expect(await ask(QUESTION)).toEqual({ text: 'answer 1' });
    expect(await ask(QUESTION)).toEqual({ text: 'answer 2' });
    store.open();
    await settled();
    expect(await ask.peek(QUESTION)).toEqual({ text: 'answer 2' });
  });

  test('keeps the older answer when the new one fails', async () => {
    const { cache } = startTrial();
    const ask = cachedLlmCall(startTurns('old', new Error('tired')).ask, { cache });
    await ask(QUESTION);
    await expect(ask.with({ mode: 'refresh' })(QUESTION)).rejects.toThrow('tired');
    expect(await ask(QUESTION)).toBe('old');
  });
});

describe('replay', () => {
  test('answers from what was recorded, however old, and never calls', async () => {
    const { as, clock, story, provider } = startModes();
    await as('read-write');
    clock.advance(HOUR + 30_000);
    expect(await as('replay')).toBe('answer 1');
    expect(provider.calls).toHaveLength(1);
    expect(story()).toEqual(['miss', 'stored', 'hit']);
  });

  test('a miss is an error that names the function and the remedy, and not the prompt', async () => {
    const { as, provider } = startModes();
    const failure: unknown = await as('replay').catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(LlmCacheError);
    expect(failure).toMatchObject({ code: 'REPLAY_MISS' });
    expect(String(failure)).toContain('ask');
    expect(String(failure)).toContain("'read-write'");
    expect(String(failure)).not.toContain(QUESTION.prompt);
    expect(provider.calls).toHaveLength(0);
  });
});

describe('off', () => {
  test('calls every time, tells nothing and touches no store', async () => {
    const { as, story, provider, cache } = startModes();
    await as('off');
    await as('off');
    expect(provider.calls).toHaveLength(2);
    expect(story()).toEqual([]);
    expect(cache.stats()).toMatchObject({ requests: 0, entries: 0 });
  });

  test('hands the very same arguments on, and looks at none of them', async () => {
    const { cache } = startTrial({ mode: 'off' });
    const received: unknown[] = [];
    const ask = cachedLlmCall(
      async function receive(...given: unknown[]) {
        received.push(...given);
      },
      { cache },
    );
    const touchy = {
      get prompt(): string {
        throw new Error('looked at');
      },
      get signal(): AbortSignal {
        throw new Error('looked at');
      },
    };
    const { signal } = new AbortController();
    await ask(touchy, signal);
    expect(received[0]).toBe(touchy);
    expect(received[1]).toBe(signal);
  });

  test('is a bypass in the info, without a key', async () => {
    const { cache, story } = startTrial({ mode: 'off' });
    const ask = cachedLlmCall(startProvider().ask, { cache });
    const { response, info } = await ask.withInfo(QUESTION);
    expect(response).toEqual({ text: 'answer 1' });
    expect(info).toEqual({ outcome: 'bypass', collapsed: false, stored: false, age: 0, ttl: 0 });
    expect(story()).toEqual([]);
  });

  test('equal calls at the same time are each their own', async () => {
    const { as, provider } = startModes();
    await Promise.all([as('off'), as('off')]);
    expect(provider.calls).toHaveLength(2);
  });

  test('peeks at nothing', async () => {
    const { cache } = startTrial();
    const ask = cachedLlmCall(startProvider().ask, { cache });
    await ask(QUESTION);
    expect(await ask.with({ mode: 'off' }).peek(QUESTION)).toBeUndefined();
  });
});
