import type { ExchangeResponse, Fault } from '../exchange.ts';
import type { AdapterCase } from './adapter-case.ts';
import type { AdapterUnderTest } from './adapter-under-test.ts';
import { ObservedStore } from './observed-store.ts';
import type { Trial } from './trial.ts';

/** Asked twice, it is two requests with one ending; and a good answer after that is stored. */
async function isNeverStored<Request>(
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

const failing = (status: number): AdapterCase => ({
  name: `is not stored when it fails with status ${status}`,
  async run(trial) {
    const error = { type: 'conformance', message: `Status ${status}, on purpose.` };
    await isNeverStored(trial, { status, body: { error } });
  },
});

const broken = (kind: Fault['kind'], fault: Fault): AdapterCase => ({
  name: `is not stored when there is no body (${kind})`,
  async run(trial) {
    await isNeverStored(trial, { ...trial.mode.response, faults: [fault] });
  },
});

const unfit = (
  only: 'plain' | 'streamed',
  answers: Readonly<Record<string, ExchangeResponse>> = {},
): AdapterCase[] =>
  Object.entries(answers).map(([name, response]) => ({
    name: `is not stored when the answer is ${name}`,
    only,
    run: (trial) => isNeverStored(trial, response),
  }));

export function unfitCases<Request>(subject: AdapterUnderTest<Request>): AdapterCase[] {
  return [
    failing(429),
    failing(500),
    broken('end-early', { kind: 'end-early', afterEvents: 0 }),
    broken('cut-socket', { kind: 'cut-socket', afterEvents: 0 }),
    ...unfit('plain', subject.unfit),
    ...unfit('streamed', subject.unfitStreams),
  ];
}
