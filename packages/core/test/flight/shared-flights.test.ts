import { describe, expect, test } from '@jest/globals';
import { cachedLlmCall } from '../../src/index.ts';
import { QUESTION, type Question, startProvider } from '../provider.ts';
import { SlowStore } from '../store/slow-store.ts';
import { settled, startTrial } from '../trial.ts';
import { closedGate } from './gate.ts';

describe('equal calls at the same time', () => {
  test('1,000 of them make one upstream call, and each has its own copy', async () => {
    const { cache } = startTrial();
    const provider = startProvider();
    const ask = cachedLlmCall(provider.ask, { cache });
    const answers = await Promise.all(Array.from({ length: 1_000 }, () => ask(QUESTION)));
    expect(provider.calls).toHaveLength(1);
    expect(new Set(answers).size).toBe(1_000);
    for (const answer of answers.slice(0, 500)) answer.text = 'changed';
    expect(answers.slice(500).every(({ text }) => text === 'answer 1')).toBe(true);
    expect((await ask(QUESTION)).text).toBe('answer 1');
    expect(cache.stats()).toMatchObject({ misses: 1, collapsed: 999, hits: 1, requests: 1_001 });
  });

  test('share the error, which is the same object for all', async () => {
    const failure = new Error('tired');
    const { cache } = startTrial();
    let calls = 0;
    async function fail(_question: Question): Promise<string> {
      calls += 1;
      throw failure;
    }
    const ask = cachedLlmCall(fail, { cache });
    const endings = await Promise.allSettled(Array.from({ length: 20 }, () => ask(QUESTION)));
    const reasons = endings.map((end) => (end.status === 'rejected' ? end.reason : 'answered'));
    expect(reasons.every((reason) => reason === failure)).toBe(true);
    await expect(ask(QUESTION)).rejects.toBe(failure);
    expect(calls).toBe(2);
  });

  test('look again where another call ended meanwhile: a late look makes no second call', async () => {
    const store = new SlowStore();
    store.writing.open();
    const slow = store.reading;
    const { cache, story } = startTrial({ store });
    const provider = startProvider();
    const ask = cachedLlmCall(provider.ask, { cache });
    const late = ask(QUESTION); // is told that nothing is there, and late
    await settled();
    store.reading = closedGate();
    store.reading.open();
    expect(await ask(QUESTION)).toEqual({ text: 'answer 1' });
    await settled();
    slow.open();
    expect(await late).toEqual({ text: 'answer 1' });
    expect(provider.calls).toHaveLength(1);
    expect(story()).toEqual(['miss', 'stored', 'hit']);
  });

  test('look again where something was invalidated meanwhile: the new answer is kept', async () => {
    const store = new SlowStore();
    store.writing.open();
    const { cache } = startTrial({ store });
    const provider = startProvider();
    const ask = cachedLlmCall(provider.ask, { cache, tags: ['facts'] });
    const first = ask(QUESTION);
    await settled();
    await cache.invalidate({ tag: 'facts' });
    store.open();
    await first;
    await settled();
    expect(await ask(QUESTION)).toEqual({ text: 'answer 1' });
    expect(provider.calls).toHaveLength(1);
  });

  test('join before the call: a slow store makes no second one', async () => {
    const store = new SlowStore();
    const { cache } = startTrial({ store });
    const provider = startProvider();
    const ask = cachedLlmCall(provider.ask, { cache });
    const first = ask(QUESTION);
    await settled();
    const second = ask(QUESTION);
    store.open();
    expect(await first).toEqual(await second);
    expect(provider.calls).toHaveLength(1);
  });

  test('a late reader has a hit while the answer is still being written', async () => {
    const store = new SlowStore();
    store.reading.open();
    const { cache, story } = startTrial({ store });
    const provider = startProvider();
    const ask = cachedLlmCall(provider.ask, { cache });
    await ask(QUESTION);
    expect(store.rows.size).toBe(0);
    expect(await ask(QUESTION)).toEqual({ text: 'answer 1' });
    store.writing.open();
    await settled();
    await ask(QUESTION);
    expect(provider.calls).toHaveLength(1);
    expect(story()).toEqual(['miss', 'hit', 'stored', 'hit']);
  });

  test('in other scopes are other calls', async () => {
    const { cache } = startTrial();
    const provider = startProvider();
    const ask = cachedLlmCall(provider.ask, { cache });
    await Promise.all([ask.with({ scope: 'a' })(QUESTION), ask.with({ scope: 'b' })(QUESTION)]);
    expect(provider.calls).toHaveLength(2);
  });
});

interface Abortable extends Question {
  readonly signal?: AbortSignal;
}

/** A provider that answers when its gate opens, and rejects as soon as its signal fires. */
function startAbortable() {
  const gate = closedGate();
  const signals: (AbortSignal | undefined)[] = [];
  async function ask({ signal }: Abortable): Promise<string> {
    signals.push(signal);
    const number = signals.length;
    const aborted = new Promise<never>((_resolve, reject) => {
      signal?.addEventListener('abort', () => reject(signal.reason));
    });
    await Promise.race([gate.opened, aborted]);
    return `answer ${number}`;
  }
  return { gate, signals, ask };
}

describe('a caller that aborts', () => {
  test('is rejected with its own reason and leaves the others alone', async () => {
    const { cache } = startTrial();
    const provider = startAbortable();
    const ask = cachedLlmCall(provider.ask, { cache });
    const controllers = [new AbortController(), new AbortController(), new AbortController()];
    const answers = controllers.map(({ signal }) => ask({ ...QUESTION, signal }));
    await settled();
    const reason = new Error('the user went away');
    controllers[0]?.abort(reason); // the one that leads
    await expect(answers[0]).rejects.toBe(reason);
    expect(provider.signals[0]?.aborted).toBe(false);
    provider.gate.open();
    expect(await Promise.all(answers.slice(1))).toEqual(['answer 1', 'answer 1']);
    expect(provider.signals).toHaveLength(1);
  });

  test('stops the upstream call when it is the last, and who comes later starts anew', async () => {
    const { cache, story } = startTrial();
    const provider = startAbortable();
    const ask = cachedLlmCall(provider.ask, { cache });
    const controllers = [new AbortController(), new AbortController()];
    const answers = controllers.map(({ signal }) => ask({ ...QUESTION, signal }));
    await settled();
    for (const controller of controllers) controller.abort();
    const later = ask(QUESTION);
    const endings = await Promise.allSettled(answers);
    expect(endings.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(provider.signals[0]?.aborted).toBe(true);
    provider.gate.open();
    expect(await later).toBe('answer 2');
    expect(story()).toEqual(['miss', 'miss', 'stored']);
  });

  test('before it asks never reaches the provider', async () => {
    const { cache } = startTrial();
    const provider = startAbortable();
    const ask = cachedLlmCall(provider.ask, { cache });
    const reason = new Error('never mind');
    await expect(ask({ ...QUESTION, signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    await settled();
    expect(provider.signals).toHaveLength(0);
  });

  test('while the store is still being asked never reaches the provider', async () => {
    const store = new SlowStore();
    const { cache } = startTrial({ store });
    const provider = startAbortable();
    const ask = cachedLlmCall(provider.ask, { cache });
    const controller = new AbortController();
    const answer = ask({ ...QUESTION, signal: controller.signal });
    controller.abort(new Error('too slow'));
    await expect(answer).rejects.toThrow('too slow');
    store.open();
    await settled();
    expect(provider.signals).toHaveLength(0);
  });

  test('without a signal of its own a caller cannot be left alone by the others', async () => {
    const { cache } = startTrial();
    const provider = startAbortable();
    const ask = cachedLlmCall(provider.ask, { cache });
    const controller = new AbortController();
    const leaving = ask({ ...QUESTION, signal: controller.signal });
    const staying = ask(QUESTION);
    await settled();
    controller.abort(new Error('bye'));
    await expect(leaving).rejects.toThrow('bye');
    provider.gate.open();
    expect(await staying).toBe('answer 1');
  });
});
