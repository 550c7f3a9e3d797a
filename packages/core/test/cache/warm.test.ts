import { describe, expect, test } from '@jest/globals';
import type { WarmReport } from '../../src/cache/index.ts';
import { cachedLlmCall } from '../../src/index.ts';
import { closedGate } from '../flight/gate.ts';
import { startProvider } from '../provider.ts';
import { settled, startTrial } from '../trial.ts';

const questions = (count: number) =>
  Array.from({ length: count }, (_, index) => ({ prompt: `question ${index}` }));

describe('warm', () => {
  test('asks each request once, so that later calls are hits', async () => {
    const { cache, story } = startTrial();
    const provider = startProvider();
    const ask = cachedLlmCall(provider.ask, { cache });
    expect(await cache.warm(questions(10), ask)).toEqual({ done: 10, failed: 0 });
    await settled();
    for (const question of questions(10)) await ask(question);
    expect(provider.calls).toHaveLength(10);
    expect(story().filter((name) => name === 'hit')).toHaveLength(10);
  });

  test('calls the provider for no request that is stored already', async () => {
    const { cache } = startTrial();
    const provider = startProvider();
    const ask = cachedLlmCall(provider.ask, { cache });
    await cache.warm(questions(3), ask);
    await settled();
    await cache.warm(questions(3), ask);
    expect(provider.calls).toHaveLength(3);
  });

  test.each([
    [undefined, 4],
    [1, 1],
    [7, 7],
  ])('with a concurrency of %p runs %d requests at once', async (concurrency, most) => {
    const { cache } = startTrial();
    let underWay = 0;
    let highest = 0;
    const work = async () => {
      underWay += 1;
      highest = Math.max(highest, underWay);
      await settled();
      underWay -= 1;
    };
    await cache.warm(questions(30), work, { concurrency });
    expect(highest).toBe(most);
  });

  test.each([0, -1, Number.NaN, 1.5])('refuses a concurrency of %p', async (concurrency) => {
    const { cache } = startTrial();
    const warming = cache.warm(questions(2), async () => {}, { concurrency });
    await expect(warming).rejects.toMatchObject({ code: 'INVALID_OPTION' });
    await expect(warming).rejects.toThrow('concurrency');
  });

  test('counts a failed request, and continues', async () => {
    const { cache } = startTrial();
    const progress: WarmReport[] = [];
    const report = await cache.warm(
      questions(4),
      async ({ prompt }) => {
        if (prompt === 'question 1') throw new Error('tired');
      },
      { concurrency: 1, onProgress: (step) => progress.push(step) },
    );
    expect(report).toEqual({ done: 3, failed: 1 });
    expect(progress).toEqual([
      { done: 1, failed: 0 },
      { done: 1, failed: 1 },
      { done: 2, failed: 1 },
      { done: 3, failed: 1 },
    ]);
  });

  test('counts a function that throws at once among the failures', async () => {
    const { cache } = startTrial();
    const broken = () => {
      throw new Error('at once');
    };
    expect(await cache.warm(questions(2), broken)).toEqual({ done: 0, failed: 2 });
  });

  test('reads streams to their end, so that they are stored', async () => {
    const { cache, story } = startTrial();
    const ask = cachedLlmCall(
      async function* count(_request: { prompt: string }) {
        yield 1;
        yield 2;
      },
      { cache },
    );
    expect(await cache.warm(questions(3), ask)).toEqual({ done: 3, failed: 0 });
    await settled();
    expect(story().filter((name) => name === 'stored')).toHaveLength(3);
  });

  test('counts a stream that breaks among the failures', async () => {
    const { cache } = startTrial();
    const ask = cachedLlmCall(
      async function* broken(_request: { prompt: string }) {
        yield 1;
        throw new Error('cut off');
      },
      { cache },
    );
    expect(await cache.warm(questions(2), ask)).toEqual({ done: 0, failed: 2 });
  });

  test('takes the requests of an async iterable', async () => {
    const { cache } = startTrial();
    async function* slowly() {
      for (const question of questions(5)) {
        await settled();
        yield question;
      }
    }
    expect(await cache.warm(slowly(), async () => {})).toEqual({ done: 5, failed: 0 });
  });

  test('stops when it is aborted, with the reason of the signal', async () => {
    const { cache } = startTrial();
    const controller = new AbortController();
    const gate = closedGate();
    let asked = 0;
    const warming = cache.warm(
      questions(100),
      async () => {
        asked += 1;
        await gate.opened;
      },
      { concurrency: 2, signal: controller.signal },
    );
    await settled();
    controller.abort(new Error('enough'));
    gate.open();
    await expect(warming).rejects.toThrow('enough');
    await settled();
    expect(asked).toBe(2);
  });

  const overloaded = () => Object.assign(new Error('overloaded'), { status: 429 });

  test('repeats a request during an outage of the provider, and only then', async () => {
    const { cache } = startTrial();
    const asked: string[] = [];
    const ask = async ({ prompt }: { prompt: string }) => {
      asked.push(prompt);
      if (prompt === 'question 1') throw new Error('a mistake');
      if (asked.filter((each) => each === prompt).length < 3) throw overloaded();
    };
    const options = { concurrency: 1, backOff: 1 };
    expect(await cache.warm(questions(2), ask, options)).toEqual({ done: 1, failed: 1 });
    expect(asked).toEqual(['question 0', 'question 0', 'question 0', 'question 1']);
  });

  test('counts a request as failed after the last retry', async () => {
    const { cache } = startTrial();
    let asked = 0;
    const ask = async () => {
      asked += 1;
      throw overloaded();
    };
    const options = { retries: 2, backOff: 1 };
    expect(await cache.warm(questions(1), ask, options)).toEqual({ done: 0, failed: 1 });
    expect(asked).toBe(3);
    await cache.warm(questions(1), ask, { retries: 0 });
    expect(asked).toBe(4);
  });

  test('continues after an abort without a second call for what is stored', async () => {
    const { cache } = startTrial();
    const provider = startProvider();
    const ask = cachedLlmCall(provider.ask, { cache });
    const controller = new AbortController();
    const onProgress = ({ done }: WarmReport) => {
      if (done === 4) controller.abort(new Error('enough'));
    };
    const options = { concurrency: 1, signal: controller.signal, onProgress };
    await expect(cache.warm(questions(10), ask, options)).rejects.toThrow('enough');
    await settled();
    expect(await cache.warm(questions(10), ask)).toEqual({ done: 10, failed: 0 });
    expect(provider.calls).toHaveLength(10);
  });

  test('ends its pause when it is aborted', async () => {
    const { cache } = startTrial();
    const controller = new AbortController();
    const ask = async () => {
      setImmediate(() => controller.abort(new Error('enough')));
      throw overloaded();
    };
    const options = { backOff: '1h', signal: controller.signal } as const;
    await expect(cache.warm(questions(1), ask, options)).rejects.toThrow('enough');
  });

  test.each([-1, 0.5, Number.NaN])('refuses %p retries', async (retries) => {
    const { cache } = startTrial();
    const warming = cache.warm(questions(1), async () => {}, { retries });
    await expect(warming).rejects.toMatchObject({ code: 'INVALID_OPTION' });
  });
});
