import type { Rejection } from '@cached-llm/core';
import type { ExchangeResponse } from '../wire-server/exchange.ts';
import type { AdapterCase } from './adapter-case.ts';
import type { AdapterUnderTest } from './adapter-under-test.ts';
import { neverStored } from './never-stored.ts';

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
