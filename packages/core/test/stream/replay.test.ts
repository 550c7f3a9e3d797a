import { getEventListeners } from 'node:events';
import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, describe, expect, test } from '@jest/globals';
import { Recording } from '../../src/stream/recording.ts';
import { ManualStream } from './manual-stream.ts';

function record() {
  const upstream = new ManualStream<string>();
  const recording = new Recording<string>({
    upstream,
    watcher: { observe: () => false, verdict: () => ({}) },
    encode: String,
    decode: (text) => text,
  });
  return { upstream, recording };
}

const DONE = { done: true, value: undefined };
const chunk = (value: string) => ({ done: false, value });

afterEach(() => turn()); // an unhandled rejection fails the test

describe('a reader', () => {
  test('gets chunks in order where it requests several at once', async () => {
    const { upstream, recording } = record();
    const reader = recording.read();
    const asked = [reader.next(), reader.next(), reader.next(), reader.next()];
    upstream.push('a', 'b');
    upstream.end();
    expect(await Promise.all(asked)).toEqual([chunk('a'), chunk('b'), DONE, DONE]);
  });

  test('pulls one chunk at a time where several are requested at once', async () => {
    const { upstream, recording } = record();
    const readers = [recording.read(), recording.read()];
    const asked = readers.flatMap((reader) => [reader.next(), reader.next()]);
    await turn();
    expect(upstream.pulls).toBe(1);
    upstream.push('a', 'b');
    const [a, b] = [chunk('a'), chunk('b')];
    expect(await Promise.all(asked)).toEqual([a, b, a, b]);
    expect(upstream.pulls).toBe(2);
  });

  test('stays at its end', async () => {
    const { upstream, recording } = record();
    const reader = recording.read();
    upstream.end();
    expect([await reader.next(), await reader.next(), await reader.return()]).toEqual([
      DONE,
      DONE,
      DONE,
    ]);
    expect(upstream.pulls).toBe(1);
  });

  test('leaves where its loop is left by break', async () => {
    const { upstream, recording } = record();
    upstream.push('a', 'b');
    for await (const text of recording.read()) if (text === 'a') break;
    expect([upstream.returns, recording.isAbandoned]).toEqual([1, true]);
  });

  test('gets the same error for each pending request', async () => {
    const { upstream, recording } = record();
    const error = new Error('overloaded');
    const reader = recording.read();
    const asked = [reader.next(), reader.next()];
    upstream.fail(error);
    for (const next of asked) await expect(next).rejects.toBe(error);
    expect(await reader.next()).toEqual(DONE);
  });
});

describe('the signal of a reader', () => {
  test('rejects its pending request with its reason, and does not affect another reader', async () => {
    const { upstream, recording } = record();
    const controller = new AbortController();
    const reason = new Error('the user went away');
    const [aborting, staying] = [recording.read(controller.signal), recording.read()];
    const pending = aborting.next();
    controller.abort(reason);
    await expect(pending).rejects.toBe(reason);
    expect(await aborting.next()).toEqual(DONE);
    upstream.push('a');
    expect(await staying.next()).toEqual(chunk('a'));
    expect(upstream.returns).toBe(0);
  });

  test('stops the provider when the reader is the last one, even between two requests', async () => {
    const { upstream, recording } = record();
    const controller = new AbortController();
    const reader = recording.read(controller.signal);
    upstream.push('a');
    await reader.next();
    controller.abort('gone');
    expect([upstream.returns, recording.isAbandoned]).toEqual([1, true]);
  });

  test('rejects the next request where it fires between two requests', async () => {
    const { upstream, recording } = record();
    const controller = new AbortController();
    const reader = recording.read(controller.signal);
    upstream.push('a', 'b');
    await reader.next();
    controller.abort('gone');
    await expect(reader.next()).rejects.toBe('gone');
    expect(await reader.next()).toEqual(DONE);
    expect(upstream.pulls).toBe(1);
  });

  test('abandons the recording at once where it has already fired', async () => {
    const { upstream, recording } = record();
    const reader = recording.read(AbortSignal.abort('gone'));
    expect(recording.isAbandoned).toBe(true);
    await expect(reader.next()).rejects.toBe('gone');
    expect(upstream.pulls).toBe(0);
  });

  test('has no effect after the reader has left', async () => {
    const { upstream, recording } = record();
    const controller = new AbortController();
    const [leaving, staying] = [recording.read(controller.signal), recording.read()];
    await leaving.return();
    controller.abort('gone');
    expect(await leaving.next()).toEqual(DONE);
    expect(upstream.returns).toBe(0);
    await staying.return();
    expect(upstream.returns).toBe(1);
  });

  test('has no listener any more after the end, a failure or a return', async () => {
    const controller = new AbortController();
    const listeners = () => getEventListeners(controller.signal, 'abort').length;
    const [ended, failed, left] = [record(), record(), record()];
    const readers = [ended, failed, left].map((it) => it.recording.read(controller.signal));
    expect(listeners()).toBe(3);
    ended.upstream.end();
    failed.upstream.fail(new Error('overloaded'));
    await Promise.allSettled([readers[0]?.next(), readers[1]?.next(), readers[2]?.return()]);
    expect(listeners()).toBe(0);
  });
});
