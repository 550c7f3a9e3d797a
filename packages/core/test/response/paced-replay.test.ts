import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { PacedReplay } from '../../src/response/paced-replay.ts';

const DONE = { done: true, value: undefined };
const chunk = (value: string) => ({ done: false, value });

beforeEach(() => {
  jest.useFakeTimers({ doNotFake: ['nextTick', 'queueMicrotask', 'setImmediate', 'performance'] });
});

afterEach(() => {
  jest.useRealTimers();
});

/** The value of a promise that has settled by now, or `waiting`. */
async function soFar<Value>(promise: Promise<Value>): Promise<Value | 'waiting'> {
  await turn();
  return Promise.race([promise, Promise.resolve('waiting' as const)]);
}

describe('a paced replay', () => {
  test('waits for the delay of each chunk, also of the first', async () => {
    const reader = new PacedReplay(['a', 'b', 'c'], { delays: [10, 30, 0] });
    const first = reader.next();
    expect(await soFar(first)).toBe('waiting');
    jest.advanceTimersByTime(10);
    expect(await first).toEqual(chunk('a'));
    const second = reader.next();
    jest.advanceTimersByTime(29);
    expect(await soFar(second)).toBe('waiting');
    await turn();
    jest.advanceTimersByTime(30);
    expect(await second).toEqual(chunk('b'));
    expect(await reader.next()).toEqual(chunk('c'));
    expect(await reader.next()).toEqual(DONE);
  });

  test('does not wait for a chunk that has no delay', async () => {
    const reader = new PacedReplay(['a', 'b'], { delays: [] });
    expect([await reader.next(), await reader.next()]).toEqual([chunk('a'), chunk('b')]);
    expect(jest.getTimerCount()).toBe(0);
  });

  test('returns chunks in sequence where several are requested at once', async () => {
    const reader = new PacedReplay(['a', 'b'], { delays: [20, 10] });
    const asked = [reader.next(), reader.next(), reader.next()];
    await turn();
    expect(jest.getTimerCount()).toBe(1);
    jest.advanceTimersByTime(20);
    await turn();
    expect(jest.getTimerCount()).toBe(1);
    jest.advanceTimersByTime(10);
    expect(await Promise.all(asked)).toEqual([chunk('a'), chunk('b'), DONE]);
  });
});

describe('the reader of a paced replay', () => {
  test('leaves without waiting, and leaves no timer running', async () => {
    const reader = new PacedReplay(['a', 'b'], { delays: [1000, 1000] });
    const first = reader.next();
    await turn();
    expect(jest.getTimerCount()).toBe(1);
    expect(await reader.return()).toEqual(DONE);
    expect(await first).toEqual(DONE);
    expect(await reader.next()).toEqual(DONE);
    expect(jest.getTimerCount()).toBe(0);
  });

  test('rejects with its own reason when it aborts, and leaves no timer running', async () => {
    const controller = new AbortController();
    const { signal } = controller;
    const reader = new PacedReplay(['a', 'b'], { delays: [1000], signal });
    const first = reader.next();
    await turn();
    controller.abort(new Error('mine'));
    await expect(first).rejects.toThrow('mine');
    expect(jest.getTimerCount()).toBe(0);
    expect(await reader.next()).toEqual(DONE);
  });

  test('gets no chunk where its signal has already fired', async () => {
    const reader = new PacedReplay(['a'], { delays: [], signal: AbortSignal.abort() });
    await expect(reader.next()).rejects.toThrow('aborted');
  });
});
