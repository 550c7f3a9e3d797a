import { setTimeout as after } from 'node:timers/promises';
import { afterEach, describe, expect, jest, test } from '@jest/globals';
import { type CacheOptions, cachedLlmCall } from '../../src/index.ts';
import { chunksOf, settled, startTrial } from '../trial.ts';

async function* speak(_prompt: string): AsyncGenerator<string, void, undefined> {
  for (const letter of ['a', 'b', 'c']) {
    await after(8);
    yield letter;
  }
}

interface Header {
  readonly delays?: readonly number[];
}

/** Asks once, so that the stream is stored. Returns the delays in its row. */
async function store(options: CacheOptions) {
  const rows = new Map<string, unknown>();
  const { cache } = startTrial({ store: rows, ...options });
  const ask = cachedLlmCall(speak, { cache });
  expect(await chunksOf(await ask('p'))).toEqual(['a', 'b', 'c']);
  await settled();
  const text = [...rows.values()].map(String).join('\n');
  const inRow = /"d":(\[[\d,]*\])/.exec(text.replaceAll('\\', ''))?.[1];
  return {
    ask,
    cache,
    rows,
    delays: inRow === undefined ? undefined : (JSON.parse(inRow) as Header['delays']),
  };
}

afterEach(() => {
  jest.useRealTimers();
});

describe("replay: 'recorded'", () => {
  test('stores the delay of each chunk, and a hit waits for the same delays', async () => {
    const { ask, delays } = await store({ replay: 'recorded' });
    expect(delays).toHaveLength(3);
    expect(delays?.every((delay) => delay > 0)).toBe(true);
    jest.useFakeTimers({
      doNotFake: ['nextTick', 'queueMicrotask', 'setImmediate', 'performance'],
    });
    const { response, info } = await ask.withInfo('p');
    expect(info.outcome).toBe('hit');
    const read = chunksOf(response);
    for (const delay of delays ?? []) {
      await settled();
      expect(jest.getTimerCount()).toBe(1);
      jest.advanceTimersByTime(delay);
    }
    expect(await read).toEqual(['a', 'b', 'c']);
  });

  test('replays an entry without delays at once', async () => {
    const { ask, delays } = await store({});
    expect(delays).toBe(undefined);
    const { response, info } = await ask.with({ replay: 'recorded' }).withInfo('p');
    jest.useFakeTimers({
      doNotFake: ['nextTick', 'queueMicrotask', 'setImmediate', 'performance'],
    });
    expect(await chunksOf(response)).toEqual(['a', 'b', 'c']);
    expect(info.outcome).toBe('hit');
  });
});

test("replay: 'instant' replays an entry with delays at once", async () => {
  const { ask } = await store({ replay: 'recorded' });
  jest.useFakeTimers({ doNotFake: ['nextTick', 'queueMicrotask', 'setImmediate', 'performance'] });
  const { response, info } = await ask.with({ replay: 'instant' }).withInfo('p');
  expect(await chunksOf(response)).toEqual(['a', 'b', 'c']);
  expect(info.outcome).toBe('hit');
});
