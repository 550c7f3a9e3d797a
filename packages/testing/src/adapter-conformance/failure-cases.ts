import type { Fault } from '../wire-server/exchange.ts';
import type { AdapterCase } from './adapter-case.ts';
import { neverStored } from './never-stored.ts';

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
