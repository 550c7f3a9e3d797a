import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, test } from '@jest/globals';
import { type CacheOptions, type CallOptions, cachedLlmCall } from '../../src/index.ts';
import { SharedStore } from '../shared-store.ts';
import { chunksOf, settled, startTrial } from '../trial.ts';
import { closedGate } from './gate.ts';

const NEVER = new Promise<never>(() => {});

const TIMED_OUT = expect.objectContaining({
  code: 'CALL_TIMEOUT',
  message: expect.stringContaining('callTimeout'),
});

interface Asked {
  readonly prompt: string;
}

/** A provider that hangs at these of its calls, and answers each other one with its number. */
function startHanging(options: CacheOptions & CallOptions = {}, hanging: readonly number[] = [1]) {
  const trial = startTrial({ callTimeout: '20ms', ...options });
  const signals: (AbortSignal | undefined)[] = [];
  const ask = cachedLlmCall(
    async (_question: Asked, given: { readonly signal?: AbortSignal } = {}) => {
      signals.push(given.signal);
      return hanging.includes(signals.length) ? NEVER : `answer ${signals.length}`;
    },
    { cache: trial.cache, provider: 'p' },
  );
  return { ...trial, ask, signals };
}

async function until(isDone: () => boolean): Promise<void> {
  while (!isDone()) await delay(5);
}

describe('a call that never settles', () => {
  test('is rejected for its leader and its followers, and the next caller calls anew', async () => {
    const { ask, cache } = startHanging({ callTimeout: '200ms' });
    const all = await Promise.allSettled([1, 2, 3].map(() => ask({ prompt: 'q' })));
    expect(all).toEqual(Array(3).fill({ status: 'rejected', reason: TIMED_OUT }));
    expect(cache.pipeline.flights.isEmpty).toBe(true);
    expect(await ask({ prompt: 'q' })).toBe('answer 2');
    expect(await ask({ prompt: 'q' })).toBe('answer 2');
  });

  test('is aborted by its signal, with the error as the reason', async () => {
    const { ask, signals } = startHanging();
    const { signal } = new AbortController();
    await expect(ask({ prompt: 'q' }, { signal })).rejects.toEqual(TIMED_OUT);
    expect([signals[0]?.aborted, signals[0]?.reason, signal.aborted]).toEqual([
      true,
      TIMED_OUT,
      false,
    ]);
  });

  test('is an outage, for which an older answer stands in', async () => {
    const { clock, ask, signals } = startHanging({ ttl: '1m', staleIfError: '1h' }, [2]);
    await ask({ prompt: 'q' });
    clock.advance(120_000);
    const { response, info } = await ask.withInfo({ prompt: 'q' });
    expect([response, info.outcome, signals.length]).toEqual(['answer 1', 'stale', 2]);
    expect(await ask({ prompt: 'q' })).toBe('answer 1'); // the provider is backed off from
    expect(signals).toHaveLength(2);
  });

  test('behind a stale answer is ended too, and a later one revalidates', async () => {
    const { cache, clock, story, ask, signals } = startHanging(
      { ttl: '1m', staleWhileRevalidate: '1h' },
      [2],
    );
    await ask({ prompt: 'q' });
    clock.advance(120_000);
    expect(await ask({ prompt: 'q' })).toBe('answer 1');
    await until(() => signals.length === 2);
    await until(() => cache.pipeline.flights.isEmpty);
    clock.advance(60_000); // the provider is backed off from for a while
    expect(await ask({ prompt: 'q' })).toBe('answer 1');
    await until(() => story().filter((name) => name === 'stored').length === 2);
    expect(signals).toHaveLength(3);
  });

  test('and continues behind a stale answer after softTimeout, is ended', async () => {
    const { cache, clock, ask } = startHanging(
      {
        ...{ callTimeout: '30ms', softTimeout: '5ms' },
        ...{ ttl: '1m', staleIfError: '1h' },
      },
      [2],
    );
    await ask({ prompt: 'q' });
    clock.advance(120_000);
    expect(await ask({ prompt: 'q' })).toBe('answer 1');
    await until(() => cache.pipeline.flights.isEmpty);
    clock.advance(60_000);
    expect(await ask({ prompt: 'q' })).toBe('answer 3');
  });

  test('waits for ever where callTimeout is Infinity', async () => {
    const { ask, cache, signals } = startHanging({ callTimeout: Number.POSITIVE_INFINITY });
    void ask({ prompt: 'q' });
    await delay(40);
    expect([signals.length, cache.pipeline.flights.isEmpty]).toEqual([1, false]);
  });

  test('and answers later, is not stored over a newer answer, and is counted', async () => {
    const { cache, story } = startTrial({ callTimeout: '20ms' });
    const gate = closedGate();
    let calls = 0;
    const ask = cachedLlmCall(
      async (_question: Asked) => {
        calls += 1;
        const number = calls;
        if (number === 1) await gate.opened;
        return `answer ${number}`;
      },
      { cache, provider: 'p' },
    );
    await expect(ask({ prompt: 'q' })).rejects.toEqual(TIMED_OUT);
    expect(await ask({ prompt: 'q' })).toBe('answer 2');
    gate.open();
    await settled();
    expect(await ask({ prompt: 'q' })).toBe('answer 2');
    expect(story()).toEqual(['miss', 'call-failed', 'miss', 'stored', 'not-admitted', 'hit']);
  });
});

describe('a caller', () => {
  test('whose own callTimeout is longer than that of the call it joined calls for itself', async () => {
    const { ask, signals } = startHanging({ callTimeout: '20ms' });
    const leader = ask({ prompt: 'q' });
    await settled();
    const following = ask.with({ callTimeout: '10m' })({ prompt: 'q' });
    await expect(leader).rejects.toEqual(TIMED_OUT);
    expect(await following).toBe('answer 2');
    expect(signals).toHaveLength(2);
  });

  test('whose own callTimeout is shorter leaves alone, and the leader gets its answer', async () => {
    const { cache } = startTrial();
    const gate = closedGate();
    let calls = 0;
    const ask = cachedLlmCall(
      async (_question: Asked) => {
        calls += 1;
        await gate.opened;
        return `answer ${calls}`;
      },
      { cache, provider: 'p' },
    );
    const leader = ask({ prompt: 'q' });
    await expect(ask.with({ callTimeout: '200ms' })({ prompt: 'q' })).rejects.toEqual(TIMED_OUT);
    gate.open();
    expect([await leader, calls]).toEqual(['answer 1', 1]);
  });

  test('does not join a flight that is older than its own callTimeout', async () => {
    const { ask, signals } = startHanging({ callTimeout: '10m' });
    void ask({ prompt: 'q' });
    await delay(20);
    expect(await ask.with({ callTimeout: '10ms' })({ prompt: 'q' })).toBe('answer 2');
    expect(await ask({ prompt: 'q' })).toBe('answer 2');
    expect(signals).toHaveLength(2);
  });

  test('whose own time-out ends its wait draws no later caller into the same wait', async () => {
    const { ask, signals } = startHanging({ callTimeout: '10m' });
    void ask({ prompt: 'q' });
    await settled();
    const waiting = ask({ prompt: 'q' }, { signal: AbortSignal.timeout(10) });
    await expect(waiting).rejects.toMatchObject({ name: 'TimeoutError' });
    expect(await ask({ prompt: 'q' })).toBe('answer 2');
    expect(signals).toHaveLength(2);
  });

  test('who waited for a slow provider in vain does not keep its answer from the store', async () => {
    const { cache } = startTrial();
    const gate = closedGate();
    let calls = 0;
    const ask = cachedLlmCall(
      async (_question: Asked, _given: { readonly signal?: AbortSignal } = {}) => {
        calls += 1;
        await gate.opened;
        return `answer ${calls}`;
      },
      { cache, provider: 'p' },
    );
    const leader = ask({ prompt: 'q' });
    await settled();
    const waiting = ask({ prompt: 'q' }, { signal: AbortSignal.timeout(5) });
    await expect(waiting).rejects.toMatchObject({ name: 'TimeoutError' });
    gate.open();
    await leader;
    expect([await ask({ prompt: 'q' }), calls]).toEqual(['answer 1', 1]);
  });

  test('of an answer on which a predicate never decides calls for itself after callTimeout', async () => {
    const { cache } = startTrial();
    const gate = closedGate();
    const admit = async () => {
      await gate.opened;
      return false;
    };
    let calls = 0;
    const ask = cachedLlmCall(
      async (_question: Asked) => {
        calls += 1;
        return `answer ${calls}`;
      },
      { cache, provider: 'p', admit, callTimeout: '20ms' },
    );
    expect(await ask({ prompt: 'q' })).toBe('answer 1');
    expect(await ask({ prompt: 'q' })).toBe('answer 2');
    gate.open();
  });
});

describe('a stream', () => {
  test('that hangs half-way fails for all its readers, and the next caller calls anew', async () => {
    const { cache } = startTrial({ callTimeout: '100ms' });
    let calls = 0;
    const ask = cachedLlmCall(
      async function* (_question: Asked) {
        calls += 1;
        yield 'a';
        if (calls === 1) await NEVER;
        yield 'b';
      },
      { cache, provider: 'p' },
    );
    const read: string[] = [];
    const reading = async () => {
      for await (const chunk of await ask({ prompt: 'q' })) read.push(chunk);
    };
    const all = await Promise.allSettled([reading(), reading()]);
    expect(all).toEqual(Array(2).fill({ status: 'rejected', reason: TIMED_OUT }));
    expect(read).toEqual(['a', 'a']);
    await settled();
    expect(cache.pipeline.flights.isEmpty).toBe(true);
    expect(await chunksOf(await ask({ prompt: 'q' }))).toEqual(['a', 'b']);
  });

  test('that takes longer in total than callTimeout is not cut', async () => {
    const { cache, story } = startTrial({ callTimeout: '40ms' });
    const ask = cachedLlmCall(
      async function* (_question: Asked) {
        for (const chunk of ['a', 'b', 'c', 'd', 'e', 'f']) {
          await delay(10);
          yield chunk;
        }
      },
      { cache, provider: 'p' },
    );
    expect((await chunksOf(await ask({ prompt: 'q' }))).join('')).toBe('abcdef');
    await settled();
    expect(story()).toEqual(['miss', 'stored']);
  });

  test('that nobody reads leaves its key free, and can be read later', async () => {
    const { cache, events } = startTrial({ callTimeout: '20ms' });
    const ask = cachedLlmCall(
      async (_question: Asked) =>
        (async function* () {
          yield 'a';
          yield 'b';
        })(),
      { cache, provider: 'p' },
    );
    const stream = (await ask({ prompt: 'q' }))[Symbol.asyncIterator]();
    const first = await stream.next();
    await until(() => cache.pipeline.flights.isEmpty);
    expect(events.at(-1)).toMatchObject({ name: 'not-admitted', event: { reason: 'unread' } });
    const second = await stream.next();
    expect([first.value, second.value]).toEqual(['a', 'b']);
  });
});

describe('among processes', () => {
  test('who waits for a process that hangs calls for itself, no later than its own call would end', async () => {
    const store = new SharedStore();
    const other = startTrial({ store, callTimeout: '400ms' });
    const answer = async (_question: Asked) => 'own';
    const ask = cachedLlmCall(answer, { cache: other.cache, provider: 'p' });
    await store.leases.take([ask.keyOf({ prompt: 'q' }) ?? ''], 'a process that hangs', 60_000);
    expect(await ask({ prompt: 'q' })).toBe('own');
  });

  test('no lease is held longer than callTimeout', async () => {
    const store = new SharedStore();
    const { ask } = startHanging({ store });
    await expect(ask({ prompt: 'q' })).rejects.toEqual(TIMED_OUT);
    await until(() => store.held.size === 0);
    expect(await ask({ prompt: 'q' })).toBe('answer 2');
  });
});

test('a warmed item that hangs fails, and the others are answered', async () => {
  const { ask, cache } = startHanging();
  const questions = ['a', 'b', 'c'].map((prompt) => ({ prompt }));
  const report = await cache.warm(questions, (question) => ask(question), {
    ...{ concurrency: 1, retries: 0 },
  });
  expect(report).toEqual({ done: 2, failed: 1 });
});

describe('of many calls of which some never settle', () => {
  test('no key stays taken, and no flight is left', async () => {
    const { cache } = startTrial({ callTimeout: '200ms', maxEntries: 100 });
    let calls = 0;
    const ask = cachedLlmCall(
      async ({ prompt }: Asked) => {
        calls += 1;
        return calls % 10 === 0 ? NEVER : prompt;
      },
      { cache, provider: 'p' },
    );
    const asked = Array.from({ length: 2_000 }, (_, number) => `q${number % 500}`);
    const outcomes = await Promise.allSettled(asked.map((prompt) => ask({ prompt })));
    const failed = outcomes.filter(({ status }) => status === 'rejected').length;
    expect([failed > 0, cache.pipeline.flights.isEmpty]).toEqual([true, true]);
    calls = 1; // none of the next calls hangs
    for (const prompt of asked.slice(0, 8)) expect(await ask({ prompt })).toBe(prompt);
  });
});

describe('callTimeout', () => {
  test.each([0, -1, Number.NaN, '0s', 'soon', null])('of %p is refused at definition', (value) => {
    const options = { callTimeout: value as never };
    const refused = expect.objectContaining({
      code: 'INVALID_DURATION',
      message: expect.stringMatching(/^callTimeout is /),
    });
    expect(() => startTrial(options)).toThrow(refused);
    const { cache } = startTrial();
    const ask = async (_question: Asked) => '';
    expect(() => cachedLlmCall(ask, { cache, provider: 'p', ...options })).toThrow(refused);
    expect(() => cachedLlmCall(ask, { cache, provider: 'p' }).with(options)).toThrow(refused);
  });
});
