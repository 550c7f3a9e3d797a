import { until } from '../test-environment/index.ts';
import { type Fault, wireBody } from '../wire-server/index.ts';
import { ObservedStore } from './observed-store.ts';
import type { Session } from './session.ts';
import type { AdapterCase, Trial } from './trial.ts';

function eventsIn<Request>({ mode: { response } }: Trial<Request>): number {
  const { body } = response;
  return Array.isArray(body) ? body.length : wireBody(response, {}).events.length;
}

/** The numbers of events after which a stream was interrupted and stored all the same. */
async function storedAfter<Request>(
  trial: Trial<Request>,
  kind: 'cut-socket' | 'end-early',
): Promise<number[]> {
  const stored: number[] = [];
  for (let afterEvents = 0; afterEvents < eventsIn(trial); afterEvents += 1) {
    const store = new ObservedStore();
    const session = await trial.session({ store });
    trial.answer({ faults: [{ kind, afterEvents }] });
    await session.settle();
    await session.settle();
    await session.flush();
    const isAskedTwice = trial.count === 2 * (afterEvents + 1);
    if (store.entries > 0 || !isAskedTwice) stored.push(afterEvents);
  }
  return stored;
}

const interrupted = (kind: 'cut-socket' | 'end-early', how: string): AdapterCase => ({
  name: `is not stored when ${how}, whatever the number of events before`,
  only: 'streamed',
  async run(trial) {
    trial.expect(await storedAfter(trial, kind)).toEqual([]);
  },
});

/** The provider sends just enough for the first chunk, and then nothing. */
export function silence<Request>({ subject }: Trial<Request>): Fault {
  return { kind: 'hang', afterEvents: subject.streamed?.firstChunkAfter ?? 1 };
}

/** The next call after an aborted one is a new request, and gets the whole answer. */
async function expectNewRequest<Request>(trial: Trial<Request>, session: Session<Request>) {
  await until('The request is aborted upstream', () => trial.wire.requests[0]?.aborted);
  trial.answer({});
  const live = await session.call();
  trial.expectCount(2);
  trial.expectSame(live, await session.call());
  trial.expectCount(2);
}

export const interruptionCases: readonly AdapterCase[] = [
  interrupted('end-early', 'its stream ends too soon'),
  interrupted('cut-socket', 'the connection is cut'),
  {
    name: 'is not stored when the caller leaves its stream, and is aborted upstream',
    only: 'streamed',
    async run(trial) {
      const session = await trial.session();
      trial.answer({ faults: [silence(trial)] });
      const chunks = await session.stream();
      await chunks.next();
      await chunks.return?.();
      await expectNewRequest(trial, session);
      trial.expect(session.log.story.slice(0, 2)).toEqual(['miss', 'not-admitted']);
    },
  },
  {
    name: 'is not stored when the caller aborts its stream, and is aborted upstream',
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
      await expectNewRequest(trial, session);
    },
  },
];
