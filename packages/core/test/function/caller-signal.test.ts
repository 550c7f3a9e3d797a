import { describe, expect, test } from '@jest/globals';
import { cachedLlmCall, createLlmCache } from '../../src/index.ts';
import { closedGate } from '../flight/gate.ts';
import { settled } from '../trial.ts';

const question = { model: 'm', contents: 'Why is the sea salty?' };

type Arguments = readonly unknown[];

/** Where SDKs take the signal of a caller: the arguments with it, and how the called function finds it there. */
const PLACES: readonly (readonly [string, (signal: AbortSignal) => Arguments])[] = [
  ['signal', (signal) => [{ ...question, signal }]],
  ['abortSignal of the AI SDK', (abortSignal) => [{ ...question, abortSignal }]],
  ['config.abortSignal of Google', (abortSignal) => [{ ...question, config: { abortSignal } }]],
  [
    'config.abortSignal beside other settings',
    (abortSignal) => [{ ...question, config: { temperature: 0, abortSignal } }],
  ],
  ['a second argument of OpenAI and Anthropic', (signal) => [question, { signal }]],
  ['a second argument of Cohere and AWS', (abortSignal) => [question, { abortSignal }]],
  ['fetchOptions of Mistral', (signal) => [question, { fetchOptions: { signal } }]],
  ['the second argument itself', (signal) => [question, signal]],
  ['a list', (signal) => [{ ...question, options: [{ signal }] }]],
];

/** The signal that the called function got, wherever it stands. */
function signalIn(value: unknown): AbortSignal | undefined {
  if (value instanceof AbortSignal) return value;
  const parts = typeof value === 'object' && value !== null ? Object.values(value) : [];
  return parts.map(signalIn).find((found) => found !== undefined);
}

function trial() {
  const gate = closedGate();
  const calls: Arguments[] = [];
  async function ask(...given: unknown[]) {
    calls.push(given);
    const signal = signalIn(given);
    const aborted = new Promise<never>((_resolve, reject) => {
      signal?.addEventListener('abort', () => reject(signal.reason));
    });
    await Promise.race([gate.opened, aborted]);
    return { text: 'the rivers' };
  }
  return { gate, calls, ask: cachedLlmCall(ask, { cache: createLlmCache(), name: 'ask' }) };
}

describe.each(PLACES)("a caller's signal: %s", (_name, given) => {
  test('ends the wait of its caller alone', async () => {
    const { gate, calls, ask } = trial();
    const [leader, follower] = [new AbortController(), new AbortController()];
    const first = ask(...given(leader.signal));
    const second = ask(...given(follower.signal));
    await settled();
    const reason = new Error('left');
    follower.abort(reason);
    await expect(second).rejects.toBe(reason);
    expect(signalIn(calls[0])?.aborted).toBe(false);
    gate.open();
    expect([await first, calls.length]).toEqual([{ text: 'the rivers' }, 1]);
  });

  test('of the leader does not end the call of a follower', async () => {
    const { gate, calls, ask } = trial();
    const [leader, follower] = [new AbortController(), new AbortController()];
    const first = ask(...given(leader.signal));
    const second = ask(...given(follower.signal));
    await settled();
    leader.abort(new Error('left'));
    await expect(first).rejects.toThrow('left');
    gate.open();
    expect([await second, calls.length]).toEqual([{ text: 'the rivers' }, 1]);
  });

  test('of the last caller ends the call', async () => {
    const { calls, ask } = trial();
    const controller = new AbortController();
    const answer = ask(...given(controller.signal));
    await settled();
    controller.abort(new Error('left'));
    await expect(answer).rejects.toThrow('left');
    expect(signalIn(calls[0])?.aborted).toBe(true);
  });

  test('is in no key, and the function gets all other arguments', async () => {
    const { gate, calls, ask } = trial();
    gate.open();
    const [one, other] = [new AbortController(), new AbortController()];
    await ask(...given(one.signal));
    await ask(...given(other.signal));
    const flight = signalIn(calls[0]);
    expect(flight).toBeInstanceOf(AbortSignal);
    expect(flight).not.toBe(one.signal);
    expect(calls).toEqual([given(flight as AbortSignal)]); // as the line above says
  });
});

test('a request without a signal, and one whose config has nothing else, are one', () => {
  const { ask } = trial();
  const { signal } = new AbortController();
  const key = ask.keyOf(question);
  expect(key).toBeDefined();
  expect(ask.keyOf({ ...question, config: { abortSignal: signal } })).toBe(key);
  expect(ask.keyOf(question, { fetchOptions: { signal } })).toBe(key);
  expect(ask.keyOf(question, signal)).toBe(key);
  expect(ask.keyOf({ ...question, config: {} })).not.toBe(key);
});

test('arguments that contain themselves and a signal bypass the cache', async () => {
  let calls = 0;
  const count = async (_request: object) => {
    calls += 1;
  };
  const ask = cachedLlmCall(count, { cache: createLlmCache(), name: 'ask' });
  const request: Record<string, unknown> = { ...question, signal: new AbortController().signal };
  request.self = request;
  await ask(request);
  await ask(request);
  expect(calls).toBe(2);
});
