import { describe, expect, test } from '@jest/globals';
import { cachedLlmCall } from '../../src/index.ts';
import type { Store } from '../../src/store.ts';
import { closedGate } from '../flight/gate.ts';
import { QUESTION, type Question, startProvider, startTurns } from '../provider.ts';
import { settled, startTrial } from '../trial.ts';

const MINUTE = 60_000;

describe('staleWhileRevalidate', () => {
  test('serves a stale answer while it is revalidated once for all callers', async () => {
    const { cache, clock, story } = startTrial({ ttl: '1m', staleWhileRevalidate: '10m' });
    const provider = startProvider();
    const ask = cachedLlmCall(provider.ask, { cache });
    await ask(QUESTION);
    clock.advance(MINUTE);
    const answers = await Promise.all(Array.from({ length: 50 }, () => ask(QUESTION)));
    expect(answers.every(({ text }) => text === 'answer 1')).toBe(true);
    await settled();
    expect(provider.calls).toHaveLength(2);
    expect(await ask(QUESTION)).toEqual({ text: 'answer 2' });
    const outcomes = story().filter((name) => name !== 'collapsed');
    expect(outcomes).toEqual(['miss', 'stored', 'stale', 'stored', 'hit']);
  });

  test('starts no second revalidation while one is under way', async () => {
    const { cache, clock } = startTrial({ ttl: '1m', staleWhileRevalidate: '10m' });
    const gate = closedGate();
    let calls = 0;
    const ask = cachedLlmCall(
      async function slow(_question: Question) {
        calls += 1;
        if (calls > 1) await gate.opened;
        return calls;
      },
      { cache },
    );
    await ask(QUESTION);
    clock.advance(MINUTE);
    for (let index = 0; index < 5; index++) expect(await ask(QUESTION)).toBe(1);
    expect(calls).toBe(2);
    gate.open();
    await settled();
    expect(await ask(QUESTION)).toBe(2);
  });

  test('lets the caller wait for a new answer after the window', async () => {
    const { cache, clock, story } = startTrial({ ttl: '1m', staleWhileRevalidate: '10m' });
    const ask = cachedLlmCall(startProvider().ask, { cache });
    await ask(QUESTION);
    clock.advance(11 * MINUTE);
    expect(await ask(QUESTION)).toEqual({ text: 'answer 2' });
    expect(story()).toEqual(['miss', 'stored', 'miss', 'stored']);
  });

  test('fails no call when a revalidation fails, and repeats it after a pause', async () => {
    const { cache, clock } = startTrial({ ttl: '1m', staleWhileRevalidate: '10m' });
    const provider = startTurns('old', new Error('tired'), 'new');
    const ask = cachedLlmCall(provider.ask, { cache });
    await ask(QUESTION);
    clock.advance(MINUTE);
    expect(await ask(QUESTION)).toBe('old');
    await settled();
    for (const _turn of [1, 2, 3]) expect(await ask(QUESTION)).toBe('old');
    expect(provider.count).toBe(2);
    clock.advance(1_000);
    expect(await ask(QUESTION)).toBe('old');
    await settled();
    expect(await ask(QUESTION)).toBe('new');
    expect(provider.count).toBe(3);
  });

  test('does not abort the revalidation when the caller aborts', async () => {
    const { cache, clock } = startTrial({ ttl: '1m', staleWhileRevalidate: '10m' });
    const signals: AbortSignal[] = [];
    const gate = closedGate();
    const ask = cachedLlmCall(
      async function slow({ signal }: Question & { signal: AbortSignal }) {
        signals.push(signal);
        if (signals.length > 1) await gate.opened;
        return signals.length;
      },
      { cache },
    );
    const { signal, abort } = ((controller) => ({
      signal: controller.signal,
      abort: () => controller.abort(),
    }))(new AbortController());
    await ask({ ...QUESTION, signal });
    clock.advance(MINUTE);
    await ask({ ...QUESTION, signal });
    await settled();
    abort();
    expect(signals[1]?.aborted).toBe(false);
    gate.open();
    await settled();
    expect(await ask({ ...QUESTION, signal: new AbortController().signal })).toBe(2);
  });
});

describe('staleIfError', () => {
  const errorWith = (fields: object) => Object.assign(new Error('no answer'), fields);

  async function afterFailure(failure: Error) {
    const { cache, clock, story } = startTrial({ ttl: '1m', staleIfError: '1h' });
    const provider = startTurns('old', failure, 'new');
    const ask = cachedLlmCall(provider.ask, { cache });
    await ask(QUESTION);
    clock.advance(MINUTE);
    const answer = ask(QUESTION);
    return { answer, story, provider, ask, clock };
  }

  test.each([
    ['a network error', errorWith({ code: 'ECONNRESET' })],
    [
      'a network error in the cause of a TypeError',
      new TypeError('fetch failed', { cause: errorWith({ code: 'ENOTFOUND' }) }),
    ],
    ['a rate limit', errorWith({ status: 429 })],
    ['a timeout', errorWith({ status: 408 })],
    ['a server error', errorWith({ status: 503 })],
    ['a server error of another shape', errorWith({ statusCode: 500 })],
    ['a server error of AWS', errorWith({ $metadata: { httpStatusCode: 529 } })],
    ['an error without a status or a code', new Error('something broke')],
  ])('serves the older answer for %s', async (_what, failure) => {
    const { answer, story, provider } = await afterFailure(failure);
    expect(await answer).toBe('old');
    expect(provider.count).toBe(2);
    expect(story()).toEqual(['miss', 'stored', 'call-failed', 'stale']);
  });

  test.each([
    ['a bad request', errorWith({ status: 400 })],
    ['a wrong key', errorWith({ status: 401 })],
    ['a mistake in the code', new TypeError('x is not a function')],
    ['an abort', new DOMException('stopped', 'AbortError')],
  ])('does not serve the older answer for %s', async (_what, failure) => {
    const { answer, story } = await afterFailure(failure as Error);
    await expect(answer).rejects.toBe(failure);
    expect(story()).toEqual(['miss', 'stored', 'call-failed', 'miss']);
  });

  test('serves and stores the answer of a provider that does answer', async () => {
    const { cache, clock, story } = startTrial({ ttl: '1m', staleIfError: '1h' });
    const ask = cachedLlmCall(startProvider().ask, { cache });
    await ask(QUESTION);
    clock.advance(MINUTE);
    expect(await ask(QUESTION)).toEqual({ text: 'answer 2' });
    expect(await ask(QUESTION)).toEqual({ text: 'answer 2' });
    expect(story()).toEqual(['miss', 'stored', 'miss', 'stored', 'hit']);
  });

  test('reports in the event and in the info that the answer is a fallback', async () => {
    const { cache, clock, events } = startTrial({ ttl: '1m', staleIfError: '1h' });
    const ask = cachedLlmCall(startTurns('old', new Error('tired')).ask, { cache });
    await ask(QUESTION);
    clock.advance(2 * MINUTE);
    const { info } = await ask.withInfo(QUESTION);
    expect(info).toMatchObject({ outcome: 'stale', age: 2 * MINUTE, ttl: 0 });
    expect(events.at(-1)).toMatchObject({ name: 'stale', event: { isFallback: true } });
  });

  test('rejects with the error after the window', async () => {
    const { cache, clock } = startTrial({ ttl: '1m', staleIfError: '1h' });
    const failure = new Error('tired');
    const ask = cachedLlmCall(startTurns('old', failure).ask, { cache });
    await ask(QUESTION);
    clock.advance(61 * MINUTE);
    await expect(ask(QUESTION)).rejects.toBe(failure);
  });
});

describe('both windows together', () => {
  test('serve a stale answer first, then a fallback, and reject in the end', async () => {
    const windows = { ttl: '1m', staleWhileRevalidate: '2m', staleIfError: '5m' } as const;
    const { cache, clock, events } = startTrial(windows);
    const failure = new Error('tired');
    const ask = cachedLlmCall(startTurns('old', failure).ask, { cache });
    await ask(QUESTION);
    clock.advance(2 * MINUTE);
    expect(await ask(QUESTION)).toBe('old');
    await settled();
    expect(events.find(({ name }) => name === 'stale')?.event).toMatchObject({ isFallback: false });
    clock.advance(2 * MINUTE);
    expect(await ask(QUESTION)).toBe('old');
    expect(events.at(-1)?.event).toMatchObject({ isFallback: true });
    clock.advance(2 * MINUTE);
    await expect(ask(QUESTION)).rejects.toBe(failure);
  });

  test.each([
    ['that is answered', 'new', ['miss', 'stored', 'stale', 'stored']],
    ['that fails', new Error('overloaded'), ['miss', 'stored', 'stale', 'call-failed']],
  ])(
    'a revalidation %s has no outcome of its own when the entry becomes a fallback meanwhile',
    async (_what, turn, names) => {
      const rows = new Map<string, string>();
      let reads = 0;
      const store: Store = {
        isImmediate: true,
        get: (key) => {
          const row = rows.get(key);
          reads += row === undefined ? 0 : 1;
          if (reads === 2) clock.advance(2 * MINUTE); // the second read is that of the revalidation
          return row;
        },
        set: (key, value) => rows.set(key, value),
        delete: (key) => rows.delete(key),
      };
      const windows = { ttl: '1m', staleWhileRevalidate: '2m', staleIfError: '5m' } as const;
      const { cache, clock, story } = startTrial({ ...windows, store });
      const provider = startTurns('old', turn);
      const ask = cachedLlmCall(provider.ask, { cache, provider: 'p' });
      await ask(QUESTION);
      clock.advance(2 * MINUTE);
      expect(await ask(QUESTION)).toBe('old');
      await settled();
      expect(provider.count).toBe(2);
      expect(story()).toEqual(names);
    },
  );
});

describe('renewOnHit', () => {
  test('a hit restarts the ttl', async () => {
    const { cache, clock, story } = startTrial({ ttl: '10m', renewOnHit: true });
    const ask = cachedLlmCall(startProvider().ask, { cache });
    await ask(QUESTION);
    for (let hit = 0; hit < 5; hit++) {
      clock.advance(9 * MINUTE);
      await ask(QUESTION);
      await settled();
    }
    clock.advance(10 * MINUTE);
    await ask(QUESTION);
    expect(story()).toEqual([
      ...['miss', 'stored', 'hit', 'hit', 'hit', 'hit', 'hit'], //
      ...['miss', 'stored'],
    ]);
  });

  test('the age of an answer still counts from when it was stored', async () => {
    const { cache, clock } = startTrial({ ttl: '10m', renewOnHit: true });
    const ask = cachedLlmCall(startProvider().ask, { cache });
    await ask(QUESTION);
    clock.advance(9 * MINUTE);
    await ask(QUESTION);
    await settled();
    clock.advance(9 * MINUTE);
    const { info } = await ask.withInfo(QUESTION);
    expect(info).toMatchObject({ outcome: 'hit', age: 18 * MINUTE });
  });

  test('without it the ttl counts from when the answer was stored', async () => {
    const { cache, clock } = startTrial({ ttl: '10m' });
    const provider = startProvider();
    const ask = cachedLlmCall(provider.ask, { cache });
    await ask(QUESTION);
    clock.advance(9 * MINUTE);
    await ask(QUESTION);
    clock.advance(MINUTE);
    await ask(QUESTION);
    expect(provider.calls).toHaveLength(2);
  });

  test('an entry retains its tags when a caller without tags renews it', async () => {
    const { cache, clock } = startTrial({ ttl: '10m', renewOnHit: true });
    const provider = startProvider();
    const ask = cachedLlmCall(provider.ask, { cache });
    await ask.with({ tags: ['prompts-v1'] })(QUESTION);
    clock.advance(5 * MINUTE);
    await ask(QUESTION);
    await settled();
    await cache.invalidate({ tag: 'prompts-v1' });
    await ask(QUESTION);
    expect(provider.calls).toHaveLength(2);
  });

  test('a caller without the tag renews an entry whose tag was invalidated earlier', async () => {
    const { cache, clock } = startTrial({ ttl: '10m', renewOnHit: true });
    const provider = startProvider();
    const ask = cachedLlmCall(provider.ask, { cache });
    await cache.invalidate({ tag: 'prompts-v1' });
    await cache.invalidate({ provider: 'ask' });
    await ask.with({ tags: ['prompts-v1'] })(QUESTION);
    clock.advance(5 * MINUTE);
    await ask(QUESTION);
    await settled();
    await ask(QUESTION);
    expect(provider.calls).toHaveLength(1);
  });
});
