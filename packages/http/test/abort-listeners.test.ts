import { getEventListeners } from 'node:events';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { until } from '@cached-llm/testing';
import { expect, test } from '@jest/globals';
import { eventually, jsonPost, readerOf, withWire } from './wire.ts';

/** The garbage collector, which Node shows to a context that is made after the flag. */
function garbageCollector(): () => void {
  setFlagsFromString('--expose-gc');
  return runInNewContext('gc') as () => void; // it is what the flag exposes
}

const page = { headers: { 'content-type': 'text/html' }, body: '<p>' };

test('a signal that ends many requests has no listener of an answer that was passed on, and holds none', () =>
  withWire({ answer: () => page }, async ({ fetch, url }) => {
    const controller = new AbortController();
    const collectGarbage = garbageCollector();
    const ask = async (number: number) => {
      const response = await fetch(url, jsonPost({ number }, { signal: controller.signal }));
      await response.text();
      return new WeakRef(response);
    };
    const answers = await Promise.all(Array.from({ length: 50 }, (_none, number) => ask(number)));
    expect(getEventListeners(controller.signal, 'abort')).toEqual([]);
    await until('The answers have left', () => {
      collectGarbage();
      return answers.filter((answer) => answer.deref() !== undefined).length < 5;
    });
  }));

test('a signal ends the reading of an answer whose reader alone is left', () =>
  withWire(
    { answer: () => ({ ...page, faults: [{ kind: 'hang', afterEvents: 1 }] }) },
    async ({ fetch, url, server }) => {
      const controller = new AbortController();
      const start = async () =>
        readerOf(await fetch(url, jsonPost({}, { signal: controller.signal })));
      const reader = await start();
      await reader.read();
      const collectGarbage = garbageCollector();
      for (const _round of [1, 2, 3]) {
        await new Promise((resolve) => setImmediate(resolve)); // a WeakRef holds its target until the job ends
        collectGarbage();
      }
      controller.abort(new Error('enough'));
      await expect(reader.read()).rejects.toThrow('enough');
      await eventually(() => server.requests[0]?.aborted === true);
    },
  ));
