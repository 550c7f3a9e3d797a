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

  test('does not renew an entry', async () => {
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

  test('serves a stale answer and does not revalidate it', async () => {
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
  test('calls the provider although an answer is stored, and stores the new answer', async () => {
    const { as, story } = startModes();
    await as('read-write');
    expect(await as('refresh')).toBe('answer 2');
    expect(await as('read-write')).toBe('answer 2');
    expect(story()).toEqual(['miss', 'stored', 'miss', 'stored', 'hit']);
  });

  test('makes one upstream call for equal refreshes at the same time', async () => {
    const { as, provider } = startModes();
    await as('read-write');
    await Promise.all([as('refresh'), as('refresh'), as('refresh')]);
    expect(provider.calls).toHaveLength(2);
  });

  test('makes one upstream call for each refresh in sequence, even while the store is slow', async () => {
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

  test('leaves the older answer in the store when the new call fails', async () => {
    const { cache } = startTrial();
    const ask = cachedLlmCall(startTurns('old', new Error('tired')).ask, { cache });
    await ask(QUESTION);
    await expect(ask.with({ mode: 'refresh' })(QUESTION)).rejects.toThrow('tired');
    expect(await ask(QUESTION)).toBe('old');
  });
});

describe('replay', () => {
  test('answers from an entry of any age, and never calls the provider', async () => {
    const { as, clock, story, provider } = startModes();
    await as('read-write');
    clock.advance(HOUR + 30_000);
    expect(await as('replay')).toBe('answer 1');
    expect(provider.calls).toHaveLength(1);
    expect(story()).toEqual(['miss', 'stored', 'hit']);
  });

  test('rejects a miss with an error that names the function and the remedy, and not the prompt', async () => {
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
  test('calls the provider every time, and sends no event and uses no store', async () => {
    const { as, story, provider, cache } = startModes();
    await as('off');
    await as('off');
    expect(provider.calls).toHaveLength(2);
    expect(story()).toEqual([]);
    expect(cache.stats()).toMatchObject({ requests: 0, store: { usedEntries: 0 } });
  });

  test('passes the same arguments on, and reads none of them', async () => {
    const { cache } = startTrial({ mode: 'off' });
    const received: unknown[] = [];
    const ask = cachedLlmCall(
      async function receive(...given: unknown[]) {
        received.push(...given);
      },
      { cache },
    );
    const unreadable = {
      get prompt(): string {
        throw new Error('was read');
      },
      get signal(): AbortSignal {
        throw new Error('was read');
      },
    };
    const { signal } = new AbortController();
    await ask(unreadable, signal);
    expect(received[0]).toBe(unreadable);
    expect(received[1]).toBe(signal);
  });

  test('reports a bypass without a key', async () => {
    const { cache, story } = startTrial({ mode: 'off' });
    const ask = cachedLlmCall(startProvider().ask, { cache });
    const { response, info } = await ask.withInfo(QUESTION);
    expect(response).toEqual({ text: 'answer 1' });
    const nothing = { collapsed: false, stored: false, age: 0, ttl: 0 };
    expect(info).toEqual({ outcome: 'bypass', reason: 'off', ...nothing });
    expect(story()).toEqual([]);
  });

  test('makes one upstream call for each of two equal calls', async () => {
    const { as, provider } = startModes();
    await Promise.all([as('off'), as('off')]);
    expect(provider.calls).toHaveLength(2);
  });

  test('peek finds nothing', async () => {
    const { cache } = startTrial();
    const ask = cachedLlmCall(startProvider().ask, { cache });
    await ask(QUESTION);
    expect(await ask.with({ mode: 'off' }).peek(QUESTION)).toBeUndefined();
  });
});
