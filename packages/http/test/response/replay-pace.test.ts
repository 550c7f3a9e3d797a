import { setTimeout as after } from 'node:timers/promises';
import type { Fetch } from '@cached-llm/http';
import { afterEach, expect, jest, test } from '@jest/globals';
import { chatEvents, nextText, readerOf, sse, type Wire, withWire } from '../wire.ts';

/** A stream that returns each event some time after it is pulled. From a socket, events may come together on a busy machine. */
const slowly: Fetch = async (input, init) => {
  const answer = await fetch(input, init);
  const events = (await answer.text()).split(/(?<=\n\n)/);
  const pull = async (controller: ReadableStreamDefaultController<Uint8Array>) => {
    const event = events.shift();
    if (event === undefined) return controller.close();
    await after(8);
    controller.enqueue(new TextEncoder().encode(event));
  };
  return new Response(new ReadableStream({ pull }, { highWaterMark: 0 }), answer);
};
const slowWire = { answer: () => sse(), fetching: { fetch: slowly } };
const settled = () => new Promise<void>((resolve) => setImmediate(resolve));

function fakeTimers(): void {
  const doNotFake = ['nextTick', 'queueMicrotask', 'setImmediate', 'performance'] as const;
  jest.useFakeTimers({ doNotFake: [...doNotFake] });
}

/** The body of a first answer, after which the stream is stored. */
async function stored({ post, story, cache }: Wire): Promise<string> {
  const text = await (await post()).text();
  // Who joins the call while its answer is being written reads what the caller before it read, which has no delays.
  while (!story.includes('stored') || !cache.pipeline.flights.isEmpty) await settled();
  return text;
}

afterEach(() => {
  jest.useRealTimers();
});

test('a stream that is replayed with its recorded delays waits before its chunks, and has the same bytes', async () => {
  await withWire({ ...slowWire, caching: { replay: 'recorded' } }, async (wire) => {
    const live = await stored(wire);
    fakeTimers();
    const hit = await wire.post();
    expect(hit.headers.get('x-cached-llm')).toBe('hit');
    let isRead = false;
    const reading = hit.text().finally(() => (isRead = true));
    let waits = 0;
    while (!isRead) {
      await settled();
      waits += jest.getTimerCount();
      jest.advanceTimersByTime(1000);
    }
    expect(await reading).toBe(live);
    expect(waits).toBeGreaterThanOrEqual(chatEvents.length - 1);
    expect(wire.server.count).toBe(1);
  });
});

test('a reader that cancels leaves no timer running', async () => {
  await withWire({ ...slowWire, caching: { replay: 'recorded' } }, async (wire) => {
    await stored(wire);
    fakeTimers();
    const reader = readerOf(await wire.post());
    const first = nextText(reader);
    while (jest.getTimerCount() === 0) await settled();
    expect(jest.getTimerCount()).toBe(1);
    await reader.cancel();
    expect(jest.getTimerCount()).toBe(0);
    expect(await first).toBe(undefined);
  });
});

test('a caller that aborts ends the wait, with its own reason', async () => {
  await withWire({ ...slowWire, caching: { replay: 'recorded' } }, async (wire) => {
    await stored(wire);
    fakeTimers();
    const controller = new AbortController();
    const hit = await wire.post(undefined, { signal: controller.signal });
    const reading = nextText(readerOf(hit));
    await settled();
    controller.abort(new Error('mine'));
    await expect(reading).rejects.toThrow('mine');
    expect(jest.getTimerCount()).toBe(0);
  });
});

test('a stream that was stored without delays is replayed at once', async () => {
  await withWire(slowWire, async (wire) => {
    const live = await stored(wire);
    fakeTimers();
    expect(await (await wire.post()).text()).toBe(live);
    expect(jest.getTimerCount()).toBe(0);
  });
});
