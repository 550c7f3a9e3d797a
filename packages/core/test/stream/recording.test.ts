import { getEventListeners } from 'node:events';
import { setImmediate as turn } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { until } from '@cached-llm/testing';
import { afterEach, describe, expect, test } from '@jest/globals';
import type { Verdict } from '../../src/adapter/adapter.ts';
import { decodeValue, encodeValue } from '../../src/entry/value-text.ts';
import { Recording, type StreamWatcher } from '../../src/stream/recording.ts';
import { chunksOf } from '../trial.ts';
import { ManualStream } from './manual-stream.ts';

const TERMINAL = 'done';
const GOOD: Verdict = { usage: { outputTokens: 3 } };

const watcher: StreamWatcher<unknown> = {
  observe: (chunk) => chunk === TERMINAL,
  verdict: () => GOOD,
};

function record(given: Partial<StreamWatcher<unknown>> = {}) {
  const upstream = new ManualStream<unknown>();
  const recording = new Recording<unknown>({
    upstream,
    watcher: { ...watcher, ...given },
    encode: encodeValue,
    decode: decodeValue,
  });
  return { upstream, recording };
}

const textsOf = (...chunks: unknown[]) => chunks.map(encodeValue);

async function isSettled(promise: Promise<unknown>): Promise<boolean> {
  let settled = false;
  const settle = () => {
    settled = true;
  };
  promise.then(settle, settle);
  await turn();
  return settled;
}

afterEach(() => turn()); // an unhandled rejection fails the test

describe('a recording', () => {
  test('returns the first chunk before the others have come', async () => {
    const { upstream, recording } = record();
    const reader = recording.read();
    const first = reader.next();
    upstream.push('a');
    expect(await first).toEqual({ done: false, value: 'a' });
    expect(await isSettled(reader.next())).toBe(false);
    expect(await isSettled(recording.ended)).toBe(false);
  });

  test('pulls a chunk only when a reader requests it', async () => {
    const { upstream, recording } = record();
    upstream.push('a', 'b', 'c');
    const [one, other] = [recording.read(), recording.read()];
    expect(upstream.pulls).toBe(0);
    await one.next();
    await other.next();
    expect(upstream.pulls).toBe(1);
    await other.next();
    await one.next();
    expect(upstream.pulls).toBe(2);
  });

  test('gives every reader all chunks, whenever the reader starts', async () => {
    const { upstream, recording } = record();
    const early = chunksOf(recording.read());
    upstream.push('a', 'b');
    await turn();
    const late = recording.read();
    upstream.push('c');
    upstream.end();
    expect(await early).toEqual(['a', 'b', 'c']);
    expect(await chunksOf(late)).toEqual(['a', 'b', 'c']);
    expect(await chunksOf(recording.read())).toEqual(['a', 'b', 'c']);
    expect(upstream.pulls).toBe(4);
  });

  test('gives each reader its own copy of each chunk', async () => {
    const { upstream, recording } = record();
    upstream.push({ delta: { text: 'a' } });
    upstream.end();
    const [one, other] = await Promise.all([recording, recording].map((it) => chunksOf(it.read())));
    expect(one).toEqual(other);
    expect((one as any)[0].delta).not.toBe((other as any)[0].delta);
  });

  test('records each chunk as it was when it came', async () => {
    const { upstream, recording } = record();
    const chunk = { text: 'a' };
    upstream.push(chunk, 'b');
    upstream.end();
    const reader = recording.read();
    await reader.next();
    chunk.text = 'changed by the provider';
    expect(await chunksOf(recording.read())).toEqual([{ text: 'a' }, 'b']);
  });

  test('passes on undefined, null and empty chunks', async () => {
    const { upstream, recording } = record();
    const chunks = [undefined, null, '', 0, [], {}];
    upstream.push(...chunks);
    upstream.end();
    expect(await chunksOf(recording.read())).toEqual(chunks);
    expect((await recording.ended).texts).toEqual(textsOf(...chunks));
  });
});

describe('the end of a recording', () => {
  test('is reported at the terminal chunk, before the stream has ended', async () => {
    const { upstream, recording } = record();
    const reader = recording.read();
    upstream.push('a', TERMINAL);
    await reader.next();
    await reader.next();
    expect(await recording.ended).toEqual({
      ...GOOD,
      rejection: undefined,
      texts: textsOf('a', TERMINAL),
      waits: [expect.any(Number), expect.any(Number)],
      took: expect.any(Number),
      chunks: 2,
    });
  });

  test('is reported at the end of the stream where no terminal chunk came', async () => {
    const { upstream, recording } = record();
    upstream.push('a');
    upstream.end();
    await chunksOf(recording.read());
    expect(await recording.ended).toMatchObject({ ...GOOD, texts: textsOf('a') });
  });

  test('is judged once', async () => {
    let verdicts = 0;
    const { upstream, recording } = record({
      verdict: () => {
        verdicts += 1;
        return GOOD;
      },
    });
    upstream.push(TERMINAL);
    await recording.read().next();
    await recording.ended;
    expect(verdicts).toBe(1);
  });

  test('has the reason for which the watcher rejected the recording', async () => {
    const { upstream, recording } = record({ verdict: () => ({ rejection: 'truncated' }) });
    upstream.push('a');
    upstream.end();
    expect(await chunksOf(recording.read())).toEqual(['a']);
    expect(await recording.ended).toMatchObject({ rejection: 'truncated' });
  });

  test('contains no chunk after the terminal chunk, and the readers still receive them', async () => {
    const { upstream, recording } = record();
    upstream.push('a', TERMINAL, 'more');
    upstream.end();
    expect(await chunksOf(recording.read())).toEqual(['a', TERMINAL, 'more']);
    expect((await recording.ended).texts).toEqual(textsOf('a', TERMINAL));
  });

  test.each(['observe', 'verdict'] as const)(
    'has the reason unreadable when the watcher throws in %s, and no reader fails',
    async (method) => {
      const { upstream, recording } = record({
        [method]: () => {
          throw new Error('a mistake of the adapter');
        },
      });
      upstream.push('a', TERMINAL);
      upstream.end();
      expect(await chunksOf(recording.read())).toEqual(['a', TERMINAL]);
      expect(await recording.ended).toMatchObject({ rejection: 'unreadable' });
    },
  );
});

describe('a chunk that cannot be encoded', () => {
  test('reaches every reader as it is, and the recording is rejected', async () => {
    const { upstream, recording } = record();
    const strange = { cancel: () => {} };
    upstream.push('a', strange, 'b');
    upstream.end();
    const [one, other] = await Promise.all([recording, recording].map((it) => chunksOf(it.read())));
    expect(one?.[1]).toBe(strange);
    expect(other?.[1]).toBe(strange);
    expect([one?.length, (await recording.ended).rejection]).toEqual([3, 'unencodable']);
  });
});

describe('a failure of the provider', () => {
  test('reaches every reader after the chunks before it, as the same error object', async () => {
    const { upstream, recording } = record();
    const error = new Error('overloaded');
    const readers = [recording.read(), recording.read(), recording.read()];
    upstream.push('a');
    for (const reader of readers) expect((await reader.next()).value).toBe('a');
    const pending = readers.map((reader) => reader.next());
    upstream.fail(error);
    for (const next of pending) await expect(next).rejects.toBe(error);
    const late = recording.read();
    expect((await late.next()).value).toBe('a');
    await expect(late.next()).rejects.toBe(error);
    expect(await recording.ended).toMatchObject({ rejection: 'failed' });
  });

  test('rejects once for a reader, and the reader is then at its end', async () => {
    const { upstream, recording } = record();
    const reader = recording.read();
    upstream.fail(new Error('overloaded'));
    await expect(reader.next()).rejects.toThrow('overloaded');
    expect(await reader.next()).toEqual({ done: true, value: undefined });
  });

  test('may be thrown synchronously', async () => {
    const { upstream, recording } = record();
    const error = new Error('closed');
    upstream.next = () => {
      throw error;
    };
    await expect(recording.read().next()).rejects.toBe(error);
    await expect(recording.read().next()).rejects.toBe(error);
  });

  test('without a reader causes no unhandled rejection', async () => {
    const { upstream, recording } = record();
    const controller = new AbortController();
    const pending = recording.read(controller.signal).next();
    controller.abort('gone');
    await expect(pending).rejects.toBe('gone');
    upstream.fail(new Error('late'));
    await turn();
    expect(await recording.ended).toMatchObject({ rejection: 'abandoned' });
  });

  test('after the terminal chunk leaves the recording complete', async () => {
    const { upstream, recording } = record();
    const reader = recording.read();
    upstream.push(TERMINAL);
    upstream.fail(new Error('reset'));
    await reader.next();
    await expect(reader.next()).rejects.toThrow('reset');
    expect(await recording.ended).toMatchObject({ ...GOOD, rejection: undefined });
  });
});

describe('a reader that leaves', () => {
  test('early does not affect the others', async () => {
    const { upstream, recording } = record();
    const [leaving, staying] = [recording.read(), recording.read()];
    upstream.push('a', 'b');
    await leaving.next();
    await leaving.return();
    upstream.end();
    expect(await chunksOf(staying)).toEqual(['a', 'b']);
    expect([upstream.returns, recording.isAbandoned]).toEqual([0, false]);
    expect(await recording.ended).toMatchObject(GOOD);
  });

  test('last stops the provider, and the recording is abandoned', async () => {
    const { upstream, recording } = record();
    const [one, other] = [recording.read(), recording.read()];
    upstream.push('a', 'b');
    await one.next();
    await one.return();
    expect([upstream.returns, recording.isAbandoned]).toEqual([0, false]);
    await other.return();
    expect([upstream.returns, recording.isAbandoned]).toEqual([1, true]);
    expect(await recording.ended).toMatchObject({ rejection: 'abandoned' });
    expect(upstream.pulls).toBe(1);
  });

  test('leaves once, however often it calls return', async () => {
    const { upstream, recording } = record();
    const [leaving, staying] = [recording.read(), recording.read()];
    await leaving.return();
    await leaving.return();
    expect(await leaving.next()).toEqual({ done: true, value: undefined });
    expect([upstream.returns, recording.isAbandoned]).toEqual([0, false]);
    upstream.end();
    expect(await chunksOf(staying)).toEqual([]);
  });

  test('at the terminal chunk leaves a complete recording', async () => {
    const { upstream, recording } = record();
    const reader = recording.read();
    upstream.push('a', TERMINAL);
    await reader.next();
    await reader.next();
    await reader.return();
    expect([upstream.returns, recording.isAbandoned]).toEqual([1, false]);
    expect(await recording.ended).toMatchObject({ ...GOOD, rejection: undefined });
    expect(await chunksOf(recording.read())).toEqual(['a', TERMINAL]);
  });

  test('after the end stops nothing', async () => {
    const { upstream, recording } = record();
    upstream.end();
    await chunksOf(recording.read());
    expect([upstream.returns, recording.isAbandoned]).toEqual([0, false]);
  });

  test.each<[string, () => never | Promise<never>]>([
    [
      'throws',
      () => {
        throw new Error('already closed');
      },
    ],
    ['rejects', () => Promise.reject(new Error('already closed'))],
  ])('does not fail where the provider %s when it is stopped', async (_name, answer) => {
    const { upstream, recording } = record();
    upstream.return = answer;
    expect(await recording.read().return()).toEqual({ done: true, value: undefined });
    await turn();
  });

  test('can leave a provider that cannot be stopped', async () => {
    const upstream = { next: () => new Promise<never>(() => {}) };
    const recording = new Recording({
      upstream,
      watcher,
      encode: encodeValue,
      decode: decodeValue,
    });
    await recording.read().return();
    expect(recording.isAbandoned).toBe(true);
  });
});

/** The garbage collector, which Node shows to a context that is made after the flag. */
function garbageCollector(): () => void {
  setFlagsFromString('--expose-gc');
  return runInNewContext('gc') as () => void; // it is what the flag exposes
}

test('a stream that its caller drops unread ends the call, and leaves no listener on the signal', async () => {
  const { signal } = new AbortController();
  const recordings = Array.from({ length: 20 }, () => record());
  for (const { recording } of recordings) void recording.read(signal);
  expect(getEventListeners(signal, 'abort')).toHaveLength(20);
  const collectGarbage = garbageCollector();
  await until('The readers have left', () => {
    collectGarbage();
    return getEventListeners(signal, 'abort').length < 2;
  });
  const left = recordings.filter(({ recording }) => recording.isAbandoned);
  expect(left.length).toBeGreaterThan(18);
  expect(await left[0]?.recording.ended).toMatchObject({ rejection: 'abandoned' });
});

describe('a stream that does not end', () => {
  const LONG = 'x'.repeat(8 * 1024 * 1024);

  test('is not stored, and what all its readers have read is dropped', async () => {
    const { upstream, recording } = record();
    const [quick, slow] = [recording.read(), recording.read()];
    await readSome(quick, 7);
    expect([recording.end, recording.isAbandoned]).toEqual([undefined, false]);
    await readSome(quick, 2);
    expect(await recording.ended).toMatchObject({ rejection: 'too-large', texts: [] });
    expect(recording.isAbandoned).toBe(false); // the slow reader needs its first chunk
    await readSome(slow, 5);
    await readSome(quick, 1);
    expect(recording.isAbandoned).toBe(true); // nobody can begin to read
    expect(await chunksRead(slow, 5)).toEqual(Array(5).fill(LONG));
    upstream.end();
    expect([await chunksOf(quick), await chunksOf(slow)]).toEqual([[], []]);

    async function readSome(reader: typeof quick, count: number) {
      for (let read = 0; read < count; read += 1) {
        if (reader === quick) upstream.push(LONG);
        await reader.next();
      }
    }
  });

  async function chunksRead(reader: AsyncIterator<unknown>, count: number) {
    const chunks: unknown[] = [];
    while (chunks.length < count) chunks.push((await reader.next()).value);
    return chunks;
  }
});
