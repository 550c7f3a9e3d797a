import type { Rejection } from '@cached-llm/core/adapter';
import type { ExchangeResponse, Fault } from '../wire-server/index.ts';
import type { AdapterUnderTest } from './adapter-under-test.ts';
import { ObservedStore } from './observed-store.ts';
import type { AdapterCase, Trial } from './trial.ts';

/** Two calls are two requests with the same outcome; and a good answer after that is stored. */
async function expectNeverStored<Request>(
  trial: Trial<Request>,
  response: ExchangeResponse,
): Promise<void> {
  const store = new ObservedStore();
  const session = await trial.session({ store });
  trial.wire.answer(response);
  const first = await session.settle();
  const second = await session.settle();
  trial.expectCount(2);
  trial.expect(second.status).toEqual(first.status);
  await session.flush();
  trial.expect(store.entries).toEqual(0);
  trial.answer({});
  trial.expectSame(await session.call(), await session.call());
  trial.expectCount(3);
}

/** The name and the message of an error, and its status, whatever name the SDK gives to it. */
function signsOf(settled: PromiseSettledResult<unknown>): unknown {
  if (settled.status === 'fulfilled') return settled;
  const error = settled.reason as Error; // of an SDK
  const numbers = Object.entries(error).filter(([, value]) => typeof value === 'number');
  return [error.name, error.message, Object.fromEntries(numbers)];
}

const failing = (status: number): AdapterCase => ({
  name: `is not stored when it fails with status ${status}, and fails as it does without a cache`,
  async run(trial) {
    const error = { type: 'conformance', message: `Status ${status}, on purpose.` };
    const failure = { status, body: { error } };
    await expectNeverStored(trial, failure);
    trial.wire.answer(failure);
    const bare = await (await trial.session({ mode: 'off' })).settle();
    const cached = await (await trial.session()).settle();
    trial.expect(signsOf(cached)).toEqual(signsOf(bare));
    const [one, other] = [bare, cached].map((settled) => 'reason' in settled && settled.reason);
    trial.expect(other.constructor === one.constructor).toEqual(true);
  },
});

const bodiless = (kind: 'end-early' | 'cut-socket'): AdapterCase => ({
  name: `is not stored when there is no body (${kind})`,
  async run(trial) {
    const fault: Fault = { kind, afterEvents: 0 };
    await expectNeverStored(trial, { ...trial.mode.response, faults: [fault] });
  },
});

/** A table, so that the compiler reports a reason that is missing here. */
const ALL: Readonly<Record<Rejection, true>> = {
  truncated: true,
  filtered: true,
  refusal: true,
  empty: true,
  error: true,
  incomplete: true,
  malformed: true,
  'hosted-tool': true,
};

const admitted: AdapterCase = {
  name: 'is stored although it is unfit, if an option admits it',
  only: 'plain',
  needs: ['unfit'],
  async run(trial) {
    const askedTwice: string[] = [];
    for (const [name, response] of Object.entries(trial.subject.unfit ?? {})) {
      trial.wire.answer(response);
      const session = await trial.session({ admit: ALL });
      const before = trial.count;
      const hasResponse = (await session.settle()).status === 'fulfilled';
      await session.settle();
      if (hasResponse && trial.count > before + 1) askedTwice.push(name);
    }
    trial.expect(askedTwice).toEqual([]);
  },
};

const unfit = (
  only: 'plain' | 'streamed',
  answers: Readonly<Record<string, ExchangeResponse>> = {},
): AdapterCase[] =>
  Object.entries(answers).map(([name, response]) => ({
    name: `is not stored when the answer is ${name}`,
    only,
    run: (trial) => expectNeverStored(trial, response),
  }));

export function neverStoredCases<Request>(subject: AdapterUnderTest<Request>): AdapterCase[] {
  return [
    ...[400, 429, 500].map(failing),
    bodiless('end-early'),
    bodiless('cut-socket'),
    admitted,
    ...unfit('plain', subject.unfit),
    ...unfit('streamed', subject.unfitStreams),
  ];
}
