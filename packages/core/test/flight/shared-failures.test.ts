import { describe, expect, test } from '@jest/globals';
import { cachedLlmCall } from '../../src/index.ts';
import { chunksOf, settled, startTrial } from '../trial.ts';
import { closedGate } from './gate.ts';

const failure = (status: number) => Object.assign(new Error(`no ${status}`), { status });

/** A provider whose calls wait for the gate, and which refuses each call with a bad credential. */
function trial(refusal: Error) {
  const { cache, story } = startTrial();
  const gate = closedGate();
  const keys: string[] = [];
  const ask = (key: string) =>
    cachedLlmCall(
      async (question: string) => {
        keys.push(key);
        await gate.opened;
        if (key.startsWith('bad')) throw refusal;
        return `${question} to ${key}`;
      },
      { cache, provider: 'p', name: 'ask' },
    )('q');
  return { ask, gate, keys, story };
}

async function endingsOf(answers: readonly Promise<unknown>[]): Promise<unknown[]> {
  const endings = await Promise.allSettled(answers);
  return endings.map((end) => (end.status === 'rejected' ? end.reason : end.value));
}

describe('a call that fails for its own caller', () => {
  test.each([400, 401, 403, 413])(
    'is no failure of those that wait for it, which make one call together: %s',
    async (status) => {
      const refusal = failure(status);
      const { ask, gate, keys, story } = trial(refusal);
      const answers = ['bad', 'good', 'good too', 'good three'].map(ask);
      gate.open();
      const answer = 'q to good';
      expect(await endingsOf(answers)).toEqual([refusal, answer, answer, answer]);
      expect(keys).toEqual(['bad', 'good']);
      expect(story().filter((name) => name !== 'stored')).toEqual([
        'miss',
        'call-failed',
        'miss',
        'collapsed',
        'collapsed',
      ]);
    },
  );

  test('reaches nobody else where the second call fails, too: each then calls for itself', async () => {
    const refusal = failure(401);
    const { ask, gate, keys } = trial(refusal);
    const answers = ['bad', 'bad too', 'good', 'better'].map(ask);
    gate.open();
    expect(await endingsOf(answers)).toEqual([refusal, refusal, 'q to good', 'q to better']);
    expect(keys).toEqual(['bad', 'bad too', 'good', 'better']);
    expect(await ask('bad')).toBe('q to better'); // it began last
  });

  test.each([408, 429, 500, 529])('is shared where the provider is out: %s', async (status) => {
    const outage = failure(status);
    const { ask, gate, keys } = trial(outage);
    const answers = ['bad', 'good'].map(ask);
    gate.open();
    expect(await endingsOf(answers)).toEqual([outage, outage]);
    expect(keys).toEqual(['bad']);
  });

  const named = (name: string, cause?: object) => Object.assign(new Error(name), { name, cause });
  test.each([
    ['of a signal', new DOMException('late', 'TimeoutError')],
    ['of a client of OpenAI', named('APIConnectionTimeoutError')],
    ['of a client of Mistral', named('RequestTimeoutError')],
    ['of a client of Cohere', named('CohereTimeoutError')],
    ['of its fetch', named('TypeError', { code: 'UND_ERR_HEADERS_TIMEOUT' })],
    ['that a library wraps', named('AI_RetryError', named('TimeoutError'))],
  ])('is no failure of the others where its own time-out ended it: %s', async (_what, late) => {
    const { ask, gate, keys } = trial(late);
    const answers = ['bad', 'bad too', 'good', 'better'].map(ask);
    gate.open();
    expect(await endingsOf(answers)).toEqual([late, late, 'q to good', 'q to better']);
    expect(keys).toEqual(['bad', 'bad too', 'good', 'better']);
  });

  const reset = named('TypeError', { code: 'ECONNRESET' });
  test('is no failure of the others where its connection broke', async () => {
    const { ask, gate, keys } = trial(reset);
    const answers = ['bad', 'good', 'better'].map(ask);
    gate.open();
    expect(await endingsOf(answers)).toEqual([reset, 'q to good', 'q to good']);
    expect(keys).toEqual(['bad', 'good']);
  });

  test('is an outage, and shared, where the connection of the second call breaks, too', async () => {
    const { ask, gate, keys } = trial(reset);
    const answers = ['bad', 'bad too', 'good', 'better'].map(ask);
    gate.open();
    expect(await endingsOf(answers)).toEqual([reset, reset, reset, reset]);
    expect(keys).toEqual(['bad', 'bad too']);
  });

  test('is no failure of the others where its own caller aborted it', async () => {
    const refusal = new DOMException('Aborted.', 'AbortError');
    const { ask, gate } = trial(refusal);
    const answers = ['bad', 'good'].map(ask);
    gate.open();
    expect(await endingsOf(answers)).toEqual([refusal, 'q to good']);
  });
});

describe('an answer on which an async admit still decides', () => {
  test.each([true, false])('is not served before the decision: %s', async (isAdmitted) => {
    const { cache } = startTrial();
    const gate = closedGate();
    let calls = 0;
    const ask = cachedLlmCall(
      async (_question: string) => {
        calls += 1;
        return `answer ${calls}`;
      },
      { cache, admit: () => gate.opened.then(() => isAdmitted || calls > 1) },
    );
    expect(await ask('q')).toBe('answer 1');
    await settled();
    const late = ask.withInfo('q');
    await settled();
    expect(calls).toBe(1);
    gate.open();
    const { response, info } = await late;
    expect([response, info.outcome]).toEqual(
      isAdmitted ? ['answer 1', 'hit'] : ['answer 2', 'miss'],
    );
  });

  test('is not replayed before the decision where it is a stream', async () => {
    const { cache } = startTrial();
    const gate = closedGate();
    let calls = 0;
    async function* stream(_question: string) {
      calls += 1;
      yield `answer ${calls}`;
    }
    const ask = cachedLlmCall(stream, { cache, admit: () => gate.opened.then(() => false) });
    const read = async () => chunksOf(await ask('q'));
    expect(await read()).toEqual(['answer 1']);
    await settled();
    const late = read();
    await settled();
    gate.open();
    expect(await late).toEqual(['answer 2']);
  });
});
