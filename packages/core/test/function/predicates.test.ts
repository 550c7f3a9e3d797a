import { describe, expect, jest, test } from '@jest/globals';
import { cachedLlmCall, createLlmCache } from '../../src/index.ts';
import { settled, startTrial } from '../trial.ts';

async function ask(question: string) {
  return `answer to ${question}`;
}

/** Runs a test, and returns every rejection that nothing handled. */
async function unhandledIn(act: () => Promise<void>): Promise<unknown[]> {
  const unhandled: unknown[] = [];
  const note = (error: unknown) => unhandled.push(error);
  process.on('unhandledRejection', note);
  await act();
  await settled();
  await settled();
  process.off('unhandledRejection', note);
  return unhandled;
}

describe('a key that says nothing', () => {
  test.each<[string, (question: string) => unknown]>([
    ['undefined', () => undefined],
    ['null', () => null],
    ['an object without values', () => ({ id: undefined })],
    ['a list without values', () => [undefined, null]],
    ['an empty list in an object', () => ({ ids: [] })],
    ['a promise', async (question) => question],
    ['a promise that rejects', async () => Promise.reject(new Error('mine'))],
  ])(
    'is a bypass with a reason, and gives no question the answer of another: %s',
    async (_what, key) => {
      const { cache, events } = startTrial();
      const cached = cachedLlmCall(ask, { cache, key });
      const unhandled = await unhandledIn(async () => {
        expect([await cached('a'), await cached('b')]).toEqual(['answer to a', 'answer to b']);
      });
      expect(unhandled).toEqual([]);
      expect(events[0]?.event).toEqual({ reason: 'no-key', provider: 'ask' });
      expect((await cached.withInfo('a')).info).toMatchObject({
        outcome: 'bypass',
        reason: 'no-key',
      });
      expect(cached.keyOf('a')).toBeUndefined();
    },
  );

  test.each<[string, unknown]>([
    ['false', false],
    ['zero', 0],
    ['an empty text', ''],
    ['a list that holds zero', [undefined, 0]],
  ])('is not %s', async (_what, value) => {
    const { cache } = startTrial();
    expect(cachedLlmCall(ask, { cache, key: () => value }).keyOf('a')).toBeDefined();
  });

  test('is an identity without a request', async () => {
    const { cache } = startTrial();
    const identity = { provider: 'mine', request: undefined };
    expect(await cache.set(identity, 'answer')).toBe(false);
    expect(await cache.get(identity)).toBeUndefined();
    expect(cache.stats().bypassesByReason).toEqual({ 'no-key': 2 });
  });
});

describe('a predicate that is async', () => {
  test('is obeyed, by each of the functions beside the cached one', async () => {
    const { cache, story } = startTrial();
    const cached = cachedLlmCall(ask, { cache, when: async (question) => question !== 'live' });
    for (const question of ['live', 'live', 'stored', 'stored']) {
      expect(await cached(question)).toBe(`answer to ${question}`);
      await settled();
    }
    expect(story()).toEqual(['bypass', 'bypass', 'miss', 'stored', 'hit']);
    expect((await cached.withInfo('live')).info).toMatchObject({
      outcome: 'bypass',
      reason: 'when',
    });
    expect(await cached.peek('live')).toBeUndefined();
    expect(await cached.peek('stored')).toBe('answer to stored');
  });

  test('reads the request as it was at the call', async () => {
    const { cache } = startTrial();
    const asked: string[] = [];
    const cached = cachedLlmCall(
      async ({ prompt }: { prompt: string }) => {
        asked.push(prompt);
        return prompt;
      },
      { cache, provider: 'echo', when: async () => true },
    );
    const question = { prompt: 'first' };
    const pending = cached(question);
    question.prompt = 'changed meanwhile';
    expect(await pending).toBe('first');
    expect(asked).toEqual(['first']);
  });
});

describe('a predicate that never decides', () => {
  const when = () => new Promise<boolean>(() => {});

  test('makes a bypass after a minute', async () => {
    jest.useFakeTimers({ doNotFake: ['setImmediate', 'nextTick', 'queueMicrotask'] });
    const { cache, events } = startTrial();
    const cached = cachedLlmCall(ask, { cache, when });
    const answer = cached('a');
    await jest.advanceTimersByTimeAsync(60_000);
    jest.useRealTimers();
    expect(await answer).toBe('answer to a');
    expect(events[0]).toMatchObject({ name: 'bypass', event: { reason: 'unreadable' } });
  });

  test('makes no caller wait who aborts', async () => {
    const reason = new Error('I left.');
    const cached = cachedLlmCall(
      async (question: string, _options: { signal: AbortSignal }) => ask(question),
      { cache: startTrial().cache, when },
    );
    const signal = AbortSignal.abort(reason);
    await expect(cached('a', { signal })).rejects.toBe(reason);
  });
});

describe('a predicate that fails', () => {
  test.each<[string, (question: string) => boolean | Promise<boolean>]>([
    ['throws', () => JSON.parse('{')],
    ['rejects', async () => JSON.parse('{')],
  ])('and %s makes a bypass, and no call fails', async (_how, when) => {
    const { cache, events } = startTrial();
    const cached = cachedLlmCall(ask, { cache, when });
    const unhandled = await unhandledIn(async () => {
      expect(await cached('a')).toBe('answer to a');
      cached.keyOf('a');
    });
    expect(unhandled).toEqual([]);
    expect(events).toEqual([{ name: 'bypass', event: { reason: 'unreadable', provider: 'ask' } }]);
  });

  test('to return anything does not want the request', async () => {
    const { cache } = startTrial();
    const forgets = (() => {}) as unknown as () => boolean;
    const cached = cachedLlmCall(ask, { cache, when: forgets });
    expect((await cached.withInfo('a')).info.reason).toBe('when');
  });
});

test('a listener and a logger that reject leave no unhandled rejection', async () => {
  const broken: () => unknown = async () => Promise.reject(new Error('broken'));
  const cache = createLlmCache({ logger: { debug: broken, info: broken, warn: broken } });
  cache.on('miss', broken);
  const unhandled = await unhandledIn(async () => {
    expect(await cachedLlmCall(ask, { cache })('a')).toBe('answer to a');
  });
  expect(unhandled).toEqual([]);
  await cache.close();
});

test('the reason of a call in the mode off is the mode', async () => {
  const { cache } = startTrial({ mode: 'off' });
  const { info } = await cachedLlmCall(ask, { cache }).withInfo('a');
  expect(info).toMatchObject({ outcome: 'bypass', reason: 'off' });
});
