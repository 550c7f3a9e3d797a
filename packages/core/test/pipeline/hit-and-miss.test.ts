import { describe, expect, test } from '@jest/globals';
import { cachedLlmCall } from '../../src/index.ts';
import { QUESTION, startProvider, startTurns } from '../provider.ts';
import { settled, startTrial } from '../trial.ts';

describe('a repeated call', () => {
  test('is a hit after a miss', async () => {
    const { cache, story } = startTrial();
    const provider = startProvider();
    const ask = cachedLlmCall(provider.ask, { cache });
    const first = await ask(QUESTION);
    await settled();
    expect(await ask(QUESTION)).toEqual(first);
    expect(provider.calls).toHaveLength(1);
    expect(story()).toEqual(['miss', 'stored', 'hit']);
  });

  test('is a hit whatever the order of its fields', async () => {
    const { cache } = startTrial();
    const provider = startProvider();
    const ask = cachedLlmCall(provider.ask, { cache });
    await ask({ prompt: 'p', seed: 1 });
    await ask({ seed: 1, prompt: 'p' });
    expect(provider.calls).toHaveLength(1);
  });

  test('is a miss with any other field', async () => {
    const { cache } = startTrial();
    const provider = startProvider();
    const ask = cachedLlmCall(provider.ask, { cache });
    await ask({ prompt: 'p', seed: 1 });
    await ask({ prompt: 'p', seed: 2 });
    await ask({ prompt: 'p', seed: '1' });
    await ask({ prompt: 'p', seed: 1, unheardOf: true });
    expect(provider.calls).toHaveLength(4);
  });

  test('is a hit until the ttl has passed, and a miss afterwards', async () => {
    const { cache, clock, story } = startTrial({ ttl: '30m' });
    const provider = startProvider();
    const ask = cachedLlmCall(provider.ask, { cache });
    await ask(QUESTION);
    clock.advance(30 * 60_000 - 1);
    expect(await ask(QUESTION)).toEqual({ text: 'answer 1' });
    clock.advance(1);
    expect(await ask(QUESTION)).toEqual({ text: 'answer 2' });
    expect(story()).toEqual(['miss', 'stored', 'hit', 'miss', 'stored']);
  });

  test('is a hit although short-lived answers have filled the memory since: those that expired leave first', async () => {
    const { cache, clock } = startTrial({ maxEntries: 10 });
    const provider = startProvider();
    const ask = cachedLlmCall(provider.ask, { cache });
    for (let n = 0; n < 5; n += 1) await ask({ prompt: `long ${n}` });
    for (let n = 0; n < 5; n += 1) await ask.with({ ttl: 50 })({ prompt: `short ${n}` });
    clock.advance(50);
    for (let n = 0; n < 5; n += 1) await ask({ prompt: `new ${n}` });
    expect(provider.calls).toHaveLength(15);
    for (let n = 0; n < 5; n += 1) await ask({ prompt: `long ${n}` });
    expect(provider.calls).toHaveLength(15);
  });

  test('is a hit for 7 days where no ttl is given', async () => {
    const { cache, clock } = startTrial();
    const provider = startProvider();
    const ask = cachedLlmCall(provider.ask, { cache });
    await ask(QUESTION);
    clock.advance(7 * 24 * 3_600_000 - 1);
    await ask(QUESTION);
    expect(provider.calls).toHaveLength(1);
    clock.advance(1);
    await ask(QUESTION);
    expect(provider.calls).toHaveLength(2);
  });

  test('with an endless ttl never expires', async () => {
    const { cache, clock } = startTrial({ ttl: Number.POSITIVE_INFINITY });
    const provider = startProvider();
    const ask = cachedLlmCall(provider.ask, { cache });
    await ask(QUESTION);
    clock.advance(100 * 365 * 24 * 3_600_000);
    await ask(QUESTION);
    expect(provider.calls).toHaveLength(1);
  });

  test('is a hit where the windows after the ttl are endless', async () => {
    const endless = Number.POSITIVE_INFINITY;
    const { cache } = startTrial({
      ttl: '1m',
      staleIfError: endless,
      staleWhileRevalidate: endless,
    });
    const provider = startProvider();
    const ask = cachedLlmCall(provider.ask, { cache });
    await ask(QUESTION);
    await ask(QUESTION);
    expect(provider.calls).toHaveLength(1);
  });

  test.each([['text'], [0], [false], [['a', 1]], [{ deep: { list: [1, { a: null }] } }]])(
    'returns the answer unchanged: %j',
    async (answer) => {
      const { cache } = startTrial();
      const ask = cachedLlmCall(async (_prompt: string): Promise<unknown> => answer, { cache });
      await ask('p');
      const { response, info } = await ask.withInfo('p');
      expect(response).toEqual(answer);
      expect(info.outcome).toBe('hit');
    },
  );
});

describe("the provider's error", () => {
  test('reaches the caller as the same object, nothing is stored, and the next call calls the provider again', async () => {
    const failure = new Error('the provider is tired');
    const { cache, story } = startTrial();
    const provider = startTurns(failure, { text: 'awake' });
    const ask = cachedLlmCall(provider.ask, { cache });
    await expect(ask(QUESTION)).rejects.toBe(failure);
    expect(await ask(QUESTION)).toEqual({ text: 'awake' });
    expect(provider.count).toBe(2);
    expect(story()).toEqual(['miss', 'call-failed', 'miss', 'stored']);
  });

  test('reaches the caller where it is not an Error', async () => {
    const { cache } = startTrial();
    const ask = cachedLlmCall((_prompt: string): Promise<string> => Promise.reject('a text'), {
      cache,
    });
    await expect(ask('p')).rejects.toBe('a text');
  });

  test('becomes a rejection where the function throws synchronously', async () => {
    const failure = new Error('at once');
    const { cache } = startTrial();
    function broken(_prompt: string): Promise<string> {
      throw failure;
    }
    await expect(cachedLlmCall(broken, { cache })('p')).rejects.toBe(failure);
  });
});

describe('each caller receives its own copy of an answer', () => {
  test('so that a change to one copy changes no other', async () => {
    const { cache } = startTrial();
    const ask = cachedLlmCall(startProvider().ask, { cache });
    const first = await ask(QUESTION);
    first.text = 'changed by the first';
    const second = await ask(QUESTION);
    expect(second.text).toBe('answer 1');
    second.text = 'changed by the second';
    expect((await ask(QUESTION)).text).toBe('answer 1');
  });

  test('so that an immediate change by the leader reaches neither the stored answer nor a follower', async () => {
    const { cache } = startTrial();
    const ask = cachedLlmCall(startProvider().ask, { cache });
    const leading = ask(QUESTION).then((response) => {
      response.text = 'changed at once';
      return response;
    });
    const following = ask(QUESTION);
    await leading;
    expect((await following).text).toBe('answer 1');
    expect((await ask(QUESTION)).text).toBe('answer 1');
  });
});
