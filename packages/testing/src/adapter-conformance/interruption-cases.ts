import { setTimeout as delay } from 'node:timers/promises';
import type { Fault } from '../wire-server/exchange.ts';
import { wireBody } from '../wire-server/wire-body.ts';
import { ObservedStore } from './observed-store.ts';
import type { Session } from './session.ts';
import type { AdapterCase, Trial } from './trial.ts';

const PATIENCE = 2_000;

function eventsIn<Request>({ mode: { response } }: Trial<Request>): number {
  const { body } = response;
  return Array.isArray(body) ? body.length : wireBody(response, {}).events.length;
}

/** After how many events a stream that breaks off there is kept. */
async function keptAfter<Request>(
  trial: Trial<Request>,
  kind: 'cut-socket' | 'end-early',
): Promise<number[]> {
  const kept: number[] = [];
  for (let afterEvents = 0; afterEvents < eventsIn(trial); afterEvents += 1) {
    const store = new ObservedStore();
    const session = await trial.session({ store });
    trial.answer({ faults: [{ kind, afterEvents }] });
    await session.settle();
    await session.settle();
    await session.flush();
    const isAskedTwice = trial.count === 2 * (afterEvents + 1);
    if (store.rows.size > 0 || !isAskedTwice) kept.push(afterEvents);
  }
  return kept;
}

const breaksOff = (kind: 'cut-socket' | 'end-early', how: string): AdapterCase => ({
  name: `is not stored when ${how}, after whichever event`,
  only: 'streamed',
  async run(trial) {
    trial.expect(await keptAfter(trial, kind)).toEqual([]);
  },
});

/** A provider that goes silent once the first chunk is possible. */
export function silence<Request>({ subject }: Trial<Request>): Fault {
  return { kind: 'hang', afterEvents: subject.streamed?.firstChunkAfter ?? 1 };
}

async function expectLeft<Request>(trial: Trial<Request>): Promise<void> {
  const deadline = performance.now() + PATIENCE;
  const hasLeft = () => trial.wire.requests[0]?.aborted === true;
  while (!hasLeft() && performance.now() < deadline) await delay(5);
  trial.expect({ endedUpstream: hasLeft() }).toEqual({ endedUpstream: true });
}

/** The next one is asked anew, and gets all of it. */
async function expectAnew<Request>(trial: Trial<Request>, session: Session<Request>) {
  await expectLeft(trial);
  trial.answer({});
  const live = await session.call();
  trial.expectCount(2);
  trial.expectSame(live, await session.call());
  trial.expectCount(2);
}

export const interruptionCases: readonly AdapterCase[] = [
  breaksOff('end-early', 'its stream ends too soon'),
  breaksOff('cut-socket', 'the connection is cut'),
  {
    name: 'is not stored when its stream is left, which ends it upstream',
    only: 'streamed',
    async run(trial) {
      const session = await trial.session();
      trial.answer({ faults: [silence(trial)] });
      const chunks = await session.stream();
      await chunks.next();
      await chunks.return?.();
      await expectAnew(trial, session);
      trial.expect(session.story.slice(0, 2)).toEqual(['miss', 'not-admitted']);
    },
  },
  {
    name: 'is not stored when its stream is aborted, which ends it upstream',
    only: 'streamed',
    needs: ['abort'],
    async run(trial) {
      const session = await trial.session();
      trial.answer({ faults: [silence(trial)] });
      const aborting = new AbortController();
      const chunks = await session.stream(aborting.signal);
      await chunks.next();
      aborting.abort();
      await Promise.allSettled([chunks.next()]); // some SDKs throw, some end
      await expectAnew(trial, session);
    },
  },
];
