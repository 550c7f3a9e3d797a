import { describe, expect, test } from '@jest/globals';
import { cachedLlmCall, createLlmCache, trials } from '../../src/index.ts';
import { QUESTION, startProvider } from '../provider.ts';
import { settled, startTrial } from '../trial.ts';

function startAsking() {
  const trial = startTrial();
  const provider = startProvider();
  const ask = cachedLlmCall(provider.ask, { cache: trial.cache });
  const sampled = (sample: number) => ask.with({ sample })(QUESTION);
  return { ...trial, provider, ask, sampled };
}

describe('samples', () => {
  test('each have an answer of their own, which stays the same', async () => {
    const { sampled, provider } = startAsking();
    const first = await trials(5, sampled, { concurrency: 1 });
    await settled();
    expect(new Set(first.map(({ text }) => text)).size).toBe(5);
    expect(await trials(5, sampled)).toEqual(first);
    expect(await trials(3, sampled)).toEqual(first.slice(0, 3));
    expect(provider.calls).toHaveLength(5);
  });

  test('number 0 is the answer of a call without a number', async () => {
    const { ask, sampled, provider } = startAsking();
    expect(await sampled(0)).toEqual(await ask(QUESTION));
    expect(ask.with({ sample: 0 }).keyOf(QUESTION)).toBe(ask.keyOf(QUESTION));
    expect(ask.with({ sample: 1 }).keyOf(QUESTION)).not.toBe(ask.keyOf(QUESTION));
    expect(provider.calls).toHaveLength(1);
  });

  test('can be given by the identity or by the option', async () => {
    const cache = createLlmCache();
    const identity = { provider: 'p', request: 'q' };
    await cache.set({ ...identity, sample: 2 }, 'second');
    expect(await cache.get(identity, { sample: 2 })).toBe('second');
    expect(cache.keyOf({ ...identity, sample: 0 })).toBe(cache.keyOf(identity));
  });

  test.each([-1, 1.5, Number.NaN, '1'])('with the number %p are refused', (sample) => {
    expect(() => createLlmCache({ sample: sample as number })).toThrow(
      expect.objectContaining({ code: 'INVALID_OPTION' }),
    );
  });
});

describe('trials', () => {
  test('return the answers in order, and run a few at a time', async () => {
    let underWay = 0;
    let highest = 0;
    const answers = await trials(
      10,
      async (sample) => {
        underWay += 1;
        highest = Math.max(highest, underWay);
        await settled();
        underWay -= 1;
        return sample;
      },
      { concurrency: 3 },
    );
    expect(answers).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(highest).toBe(3);
  });

  test('reject with the first failure', async () => {
    const failing = trials(3, async (sample) => {
      if (sample === 1) throw new Error('tired');
    });
    await expect(failing).rejects.toThrow('tired');
  });

  test.each([0, -2, Number.NaN])('are refused for a count of %p', async (count) => {
    await expect(trials(count, () => 1)).rejects.toMatchObject({ code: 'INVALID_OPTION' });
  });
});
