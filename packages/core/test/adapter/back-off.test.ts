import { describe, expect, test } from '@jest/globals';
import { cachedLlmCall } from '../../src/index.ts';
import { QUESTION, startTurns } from '../provider.ts';
import { settled, startTrial } from '../trial.ts';

const SECOND = 1_000;
const HOUR = 3_600 * SECOND;
const down = Object.assign(new Error('overloaded'), { status: 529 });

describe('a provider that has failed', () => {
  test('is called after a pause that doubles each time, up to a minute', async () => {
    const { cache, clock } = startTrial({ ttl: '1m', staleIfError: '1d' });
    const provider = startTurns('old', down);
    const ask = cachedLlmCall(provider.ask, { cache });
    await ask(QUESTION);
    clock.advance(HOUR);
    const calls: number[] = [];
    for (let second = 0; second < 200; second += 1) {
      expect(await ask(QUESTION)).toBe('old');
      if (provider.count > calls.length + 1) calls.push(second);
      clock.advance(SECOND);
    }
    expect(calls).toEqual([0, 1, 3, 7, 15, 31, 63, 123, 183]);
  });

  test('is called again where the clock is set back behind the pause', async () => {
    const { cache, clock } = startTrial({ ttl: '1m', staleIfError: '1d' });
    const provider = startTurns('old', down, 'new');
    const ask = cachedLlmCall(provider.ask, { cache });
    await ask(QUESTION);
    clock.advance(HOUR);
    expect(await ask(QUESTION)).toBe('old');
    clock.advance(-HOUR / 2);
    expect(await ask(QUESTION)).toBe('new');
    expect(provider.count).toBe(3);
  });

  test('is called without a pause again once it has answered', async () => {
    const { cache, clock } = startTrial({ ttl: '1m', staleIfError: '1d' });
    const provider = startTurns('old', down, 'new', down, 'newest');
    const cached = cachedLlmCall(provider.ask, { cache });
    // withInfo waits for the write. A call before the write ends would get the answer that is being written.
    const ask = async (question: typeof QUESTION) => {
      return (await cached.withInfo(question)).response;
    };
    await ask(QUESTION);
    clock.advance(HOUR);
    expect(await ask(QUESTION)).toBe('old');
    clock.advance(SECOND);
    expect(await ask(QUESTION)).toBe('new');
    clock.advance(HOUR);
    expect(await ask(QUESTION)).toBe('new');
    clock.advance(SECOND);
    expect(await ask(QUESTION)).toBe('newest');
  });

  test('is called once, and not by the revalidation of each of its entries', async () => {
    const { cache, clock } = startTrial({ ttl: '1m', staleWhileRevalidate: '1d' });
    let calls = 0;
    let isDown = false;
    const ask = cachedLlmCall(
      async (_question: { readonly prompt: string }) => {
        calls += 1;
        if (isDown) throw down;
        return 'answer';
      },
      { cache, provider: 'p' },
    );
    const prompts = Array.from({ length: 50 }, (_, index) => ({ prompt: `question ${index}` }));
    for (const prompt of prompts) await ask(prompt);
    isDown = true;
    clock.advance(HOUR);
    for (const prompt of prompts) {
      expect(await ask(prompt)).toBe('answer');
      await settled();
    }
    expect(calls).toBe(51);
  });

  test('is called where no older answer is stored, and its other models are called without a pause', async () => {
    const { cache, clock } = startTrial({ ttl: '1m', staleIfError: '1d' });
    const provider = startTurns('old', down, 'of the other model', down);
    const ask = cachedLlmCall(provider.ask, { cache, provider: 'p' });
    await ask({ ...QUESTION, model: 'large' });
    clock.advance(HOUR);
    expect(await ask({ ...QUESTION, model: 'large' })).toBe('old');
    expect(await ask({ ...QUESTION, model: 'small' })).toBe('of the other model');
    await expect(ask({ prompt: 'unheard of', model: 'large' })).rejects.toBe(down);
  });

  test('is called at once in another operation, at another host, and for another tenant', async () => {
    const { cache, clock } = startTrial({ ttl: '1m', staleIfError: '1d' });
    const provider = startTurns('old of a', 'old of b', 'old of c', down, 'new of b', 'new of c');
    const asks = [
      { name: 'POST https://a.example', scope: 'one' },
      { name: 'POST https://b.example', scope: 'one' },
      { name: 'POST https://a.example', scope: 'two' },
    ].map((options) => cachedLlmCall(provider.ask, { cache, provider: 'p', ...options }));
    for (const ask of asks) await ask(QUESTION);
    clock.advance(HOUR);
    const answers: unknown[] = [];
    for (const ask of asks) answers.push(await ask(QUESTION));
    expect(answers).toEqual(['old of a', 'new of b', 'new of c']);
  });

  test('is not one that refused a wrong request: it is called again at once', async () => {
    const { cache, clock } = startTrial({ ttl: '1m', staleIfError: '1d' });
    const mistake = Object.assign(new Error('no such field'), { status: 400 });
    const provider = startTurns('old', mistake, 'new');
    const ask = cachedLlmCall(provider.ask, { cache });
    await ask(QUESTION);
    clock.advance(HOUR);
    await expect(ask(QUESTION)).rejects.toBe(mistake);
    expect(await ask(QUESTION)).toBe('new');
  });
});
