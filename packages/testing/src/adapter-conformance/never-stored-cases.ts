import type { Rejection } from '@cached-llm/core';
import type { ExchangeResponse, Fault } from '../wire-server/exchange.ts';
import type { AdapterUnderTest } from './adapter-under-test.ts';
import { ObservedStore } from './observed-store.ts';
import type { AdapterCase, Trial } from './trial.ts';

/** Asked twice, it is two requests with one ending; and a good answer after that is stored. */
export async function neverStored<Request>(
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
  trial.expect([...store.rows.keys()]).toEqual([]);
  trial.answer({});
  trial.expectSame(await session.call(), await session.call());
  trial.expectCount(3);
}

/** What an error says of itself, with its status under whatever name. */
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
    await neverStored(trial, failure);
    trial.wire.answer(failure);
    const bare = await (await trial.session({ mode: 'off' })).settle();
    const cached = await (await trial.session()).settle();
    trial.expect(signsOf(cached)).toEqual(signsOf(bare));
    const [one, other] = [bare, cached].map((settled) => 'reason' in settled && settled.reason);
    trial.expect(other.constructor === one.constructor).toEqual(true);
  },
});

const broken = (kind: Fault['kind'], fault: Fault): AdapterCase => ({
  name: `is not stored when there is no body (${kind})`,
  async run(trial) {
    await neverStored(trial, { ...trial.mode.response, faults: [fault] });
  },
});

export const failureCases: readonly AdapterCase[] = [
  failing(400),
  failing(429),
  failing(500),
  broken('end-early', { kind: 'end-early', afterEvents: 0 }),
  broken('cut-socket', { kind: 'cut-socket', afterEvents: 0 }),
];

/** A table, so that the compiler misses a reason that is new. */
const ALL: Readonly<Record<Rejection, true>> = {
  truncated: true,
  filtered: true,
  refusal: true,
  empty: true,
  error: true,
  incomplete: true,
  'hosted-tool': true,
};

const admitted: AdapterCase = {
  name: 'is stored when it is unfit, where that is admitted on purpose',
  only: 'plain',
  needs: ['unfit'],
  async run(trial) {
    const askedTwice: string[] = [];
    for (const [name, response] of Object.entries(trial.subject.unfit ?? {})) {
      trial.wire.answer(response);
      const session = await trial.session({ admit: ALL });
      const before = trial.count;
      const isGiven = (await session.settle()).status === 'fulfilled';
      await session.settle();
      if (isGiven && trial.count > before + 1) askedTwice.push(name);
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
    run: (trial) => neverStored(trial, response),
  }));

export function unfitCases<Request>(subject: AdapterUnderTest<Request>): AdapterCase[] {
  return [admitted, ...unfit('plain', subject.unfit), ...unfit('streamed', subject.unfitStreams)];
}
