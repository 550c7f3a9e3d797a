import { describe, expect, test } from '@jest/globals';
import { cachedLlmCall } from '../../src/index.ts';
import { QUESTION, type Question, startProvider } from '../provider.ts';
import { SlowStore } from '../store/slow-store.ts';
import { settled, startTrial } from '../trial.ts';
import { closedGate } from './gate.ts';

describe('equal calls at the same time', () => {
  test('make one upstream call, and each of 1,000 callers has its own copy', async () => {
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

  test('all reject with the same error object', async () => {
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

  test('make no second upstream call where a look-up ends after another call has stored the answer', async () => {
    const store = new SlowStore();
    store.writing.open();
    const slow = store.reading;
    const { cache, story } = startTrial({ store });
    const provider = startProvider();
    const ask = cachedLlmCall(provider.ask, { cache });
    const late = ask(QUESTION); // its look-up finds nothing, and ends late
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

  test('store the answer of a call whose look-up ended after an invalidation', async () => {
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

  test('join while the store is still read, and make one upstream call', async () => {
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

  test('are hits while the answer is still being written', async () => {
    const store = new SlowStore();
    store.reading.open();
    const { cache, story } = startTrial({ store });
    const provider = startProvider();
    const ask = cachedLlmCall(provider.ask, { cache });
    await ask(QUESTION);
    expect(store.rows.has(ask.keyOf(QUESTION) ?? '')).toBe(false);
    expect(await ask(QUESTION)).toEqual({ text: 'answer 1' });
    store.writing.open();
    await settled();
    await ask(QUESTION);
    expect(provider.calls).toHaveLength(1);
    expect(story()).toEqual(['miss', 'hit', 'stored', 'hit']);
  });

  test('make one upstream call for each scope', async () => {
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
  test('rejects with the reason of its own signal, and does not affect the others', async () => {
    const { cache } = startTrial();
    const provider = startAbortable();
    const ask = cachedLlmCall(provider.ask, { cache });
    const controllers = [new AbortController(), new AbortController(), new AbortController()];
    const answers = controllers.map(({ signal }) => ask({ ...QUESTION, signal }));
    await settled();
    const reason = new Error('the user went away');
    controllers[0]?.abort(reason); // the leader
    await expect(answers[0]).rejects.toBe(reason);
    expect(provider.signals[0]?.aborted).toBe(false);
    provider.gate.open();
    expect(await Promise.all(answers.slice(1))).toEqual(['answer 1', 'answer 1']);
    expect(provider.signals).toHaveLength(1);
  });

  test('aborts the upstream call when it is the last one, and a later caller starts a new call', async () => {
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
    expect(story()).toEqual(['miss', 'miss', 'call-failed', 'stored']);
  });

  test('before its call never reaches the provider', async () => {
    const { cache } = startTrial();
    const provider = startAbortable();
    const ask = cachedLlmCall(provider.ask, { cache });
    const reason = new Error('never mind');
    await expect(ask({ ...QUESTION, signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    await settled();
    expect(provider.signals).toHaveLength(0);
  });

  test('while the store is still being read never reaches the provider', async () => {
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

  test('does not abort the call of another caller that has no signal', async () => {
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
