import { getEventListeners } from 'node:events';
import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, describe, expect, test } from '@jest/globals';
import { abortable } from '../../src/store/bounded-wait.ts';

interface Waiting {
  readonly controller: AbortController;
  readonly promise: Promise<string>;
  readonly aborts: () => number;
  resolve(value: string): void;
  reject(error: unknown): void;
}

function waiting(controller = new AbortController()): Waiting {
  const { promise, resolve, reject } = withResolvers();
  let aborts = 0;
  const shared = abortable(promise, controller.signal, () => {
    aborts += 1;
  });
  return { controller, promise: shared, aborts: () => aborts, resolve, reject };
}

function withResolvers() {
  let resolve = (_value: string) => {};
  let reject = (_error: unknown) => {};
  const promise = new Promise<string>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  return { promise, resolve, reject };
}

afterEach(() => turn()); // an unhandled rejection fails the test

describe('a wait that can be aborted', () => {
  test('without a signal is the promise itself', () => {
    const promise = Promise.resolve(1);
    expect(abortable(promise, undefined, () => {})).toBe(promise);
  });

  test('ends with the value, and a later abort has no effect', async () => {
    const wait = waiting();
    wait.resolve('value');
    expect(await wait.promise).toBe('value');
    wait.controller.abort();
    expect(wait.aborts()).toBe(0);
  });

  test('ends with the same error object', async () => {
    const wait = waiting();
    const error = new Error('overloaded');
    wait.reject(error);
    await expect(wait.promise).rejects.toBe(error);
    wait.controller.abort();
    expect(wait.aborts()).toBe(0);
  });

  test('rejects once with the reason of its signal, and the promise itself continues', async () => {
    const wait = waiting();
    const reason = new Error('the user went away');
    wait.controller.abort(reason);
    await expect(wait.promise).rejects.toBe(reason);
    wait.resolve('too late');
    await turn();
    expect(wait.aborts()).toBe(1);
  });

  test('rejects at once where its signal has already fired', async () => {
    const wait = waiting(abortedController('gone'));
    await expect(wait.promise).rejects.toBe('gone');
    expect(wait.aborts()).toBe(1);
  });

  test('that was aborted handles a later rejection of the promise', async () => {
    for (const controller of [new AbortController(), abortedController('gone')]) {
      const wait = waiting(controller);
      controller.abort('gone');
      await expect(wait.promise).rejects.toBe('gone');
      wait.reject(new Error('late'));
      await turn();
    }
  });

  test('leaves no listener on a signal that lives on', async () => {
    const controller = new AbortController();
    const listeners = () => getEventListeners(controller.signal, 'abort').length;
    const [good, bad] = [waiting(controller), waiting(controller)];
    expect(listeners()).toBe(2);
    good.resolve('value');
    bad.reject(new Error('overloaded'));
    await Promise.allSettled([good.promise, bad.promise]);
    expect(listeners()).toBe(0);
  });
});

function abortedController(reason: unknown): AbortController {
  const controller = new AbortController();
  controller.abort(reason);
  return controller;
}
