import { getEventListeners } from 'node:events';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { cachedLlmCall, createLlmCache } from '../../src/index.ts';
import { pause, startInterval, startTimer } from '../../src/options/index.ts';
import { startProvider } from '../provider.ts';

const DAY = 86_400_000;

function install(): void {
  jest.useFakeTimers({ doNotFake: ['nextTick', 'queueMicrotask'] });
}

afterEach(() => {
  jest.useRealTimers();
});

describe('a timer', () => {
  beforeEach(install);

  // Node.js, and fake timers like it, fire a timer at once that is set for more than 2^31 - 1 ms.
  test.each([[1], [DAY], [24.8 * DAY], [25 * DAY], [100 * DAY]])('waits for %d ms', (wait) => {
    const story: string[] = [];
    startTimer(wait, () => story.push('fired'));
    jest.advanceTimersByTime(wait - 1);
    story.push('not yet');
    jest.advanceTimersByTime(1);
    jest.advanceTimersByTime(100 * DAY);
    expect(story).toEqual(['not yet', 'fired']);
  });

  test('that is set for Infinity never fires', () => {
    const task = jest.fn();
    const cancel = startTimer(Number.POSITIVE_INFINITY, task);
    jest.advanceTimersByTime(1_000 * DAY);
    cancel();
    expect(task).not.toHaveBeenCalled();
  });

  test.each([[1], [90 * DAY]])('of %d ms can be cancelled, at any time', (wait) => {
    const task = jest.fn();
    const cancel = startTimer(wait, task);
    jest.advanceTimersByTime(wait - 1);
    cancel();
    jest.advanceTimersByTime(100 * DAY);
    expect(task).not.toHaveBeenCalled();
    expect(jest.getTimerCount()).toBe(0);
  });

  test('of the real clock can be cancelled after a fake one was installed', async () => {
    jest.useRealTimers();
    const task = jest.fn();
    const cancel = startTimer(1, task);
    install();
    cancel();
    jest.useRealTimers();
    await pause(10);
    expect(task).not.toHaveBeenCalled();
  });

  test('can start again and again', () => {
    const task = jest.fn();
    const stop = startInterval(30 * DAY, task);
    jest.advanceTimersByTime(95 * DAY);
    stop();
    jest.advanceTimersByTime(95 * DAY);
    expect(task).toHaveBeenCalledTimes(3);
  });
});

describe('a pause', () => {
  test('lasts as long as it was asked to', async () => {
    install();
    const story: string[] = [];
    const waiting = pause(40 * DAY).then(() => story.push('over'));
    await jest.advanceTimersByTimeAsync(39 * DAY);
    story.push('waiting');
    await jest.advanceTimersByTimeAsync(DAY);
    await waiting;
    expect(story).toEqual(['waiting', 'over']);
  });

  test('ends with the reason of its signal, and leaves no listener and no timer', async () => {
    const controller = new AbortController();
    const [first, second] = [pause(DAY, controller), pause(DAY, controller)];
    const reason = new Error('enough');
    controller.abort(reason);
    await expect(first).rejects.toBe(reason);
    await expect(second).rejects.toBe(reason);
    await expect(pause(DAY, controller)).rejects.toBe(reason);
    expect(getEventListeners(controller.signal, 'abort')).toEqual([]);
  });

  test('that is over leaves no listener on its signal', async () => {
    const { signal } = new AbortController();
    await pause(1, { signal });
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });
});

describe('a fake clock that is installed after the cache exists', () => {
  test('ends the ttl of what is stored', async () => {
    const provider = startProvider();
    const cache = createLlmCache({ ledger: false });
    const ask = cachedLlmCall(provider.ask, { cache, ttl: '1h' });
    install();
    await ask({ prompt: 'a' });
    jest.setSystemTime(Date.now() + DAY / 24 - 1);
    await ask({ prompt: 'a' });
    expect(provider.calls).toHaveLength(1);
    jest.setSystemTime(Date.now() + 2);
    await ask({ prompt: 'a' });
    expect(provider.calls).toHaveLength(2);
  });

  test('moves a soft timeout of a month', async () => {
    const provider = startProvider();
    const answers = [provider.ask, () => new Promise<never>(() => {})];
    const cache = createLlmCache({ ledger: false, staleIfError: '90d' });
    const answer = (question: { prompt: string }) =>
      (answers.shift() ?? provider.ask)({ ...question });
    const options = { ttl: '1m', softTimeout: '30d', callTimeout: '60d' } as const;
    const ask = cachedLlmCall(answer, { cache, version: '1', ...options });
    install();
    await ask({ prompt: 'a' });
    jest.setSystemTime(Date.now() + DAY);
    const story: string[] = [];
    const served = ask({ prompt: 'a' }).then(({ text }) => story.push(text));
    await jest.advanceTimersByTimeAsync(29 * DAY);
    story.push('waiting');
    await jest.advanceTimersByTimeAsync(DAY);
    await served;
    expect(story).toEqual(['waiting', 'answer 1']);
  });
});
