import type { Delivery } from '../wire-server/index.ts';
import { silence } from './interruption-cases.ts';
import { copyOf } from './request-copy.ts';
import type { Session } from './session.ts';
import type { AdapterCase } from './trial.ts';

const DELIVERIES: Readonly<Record<string, Delivery>> = {
  'one byte at a time': { chunkSize: 'byte' },
  'with CRLF': { lineEnding: '\r\n' },
  'with CRLF, one byte at a time': { chunkSize: 'byte', lineEnding: '\r\n' },
  'with CRLF, seven bytes at a time': { chunkSize: 7, lineEnding: '\r\n' },
  compressed: { gzip: true },
};

/** There are some milliseconds between two events, so that others can join a running stream. */
const PACE = { latencyPerChunk: 3 };

async function rest(chunks: AsyncIterator<unknown>): Promise<unknown[]> {
  const [last, all]: [IteratorResult<unknown>, unknown[]] = [await chunks.next(), []];
  for (let next = last; next.done !== true; next = await chunks.next()) all.push(next.value);
  return all;
}

/** A stream whose first chunk was read. */
async function running<Request>(session: Session<Request>) {
  const chunks = await session.stream();
  const { value } = await chunks.next();
  return { chunks, all: async () => [value, ...(await rest(chunks))] };
}

const delivered = ([name, delivery]: [string, Delivery]): AdapterCase => ({
  name: `is replayed as it was received when it is received ${name}`,
  only: 'streamed',
  async run(trial) {
    const session = await trial.session();
    trial.answer(delivery);
    const live = await session.call();
    trial.expectSame(live, await session.call());
    trial.expectCount(1);
  },
});

export const streamCases: readonly AdapterCase[] = [
  {
    name: 'gives its first chunk while the provider is still busy',
    only: 'streamed',
    async run(trial) {
      const session = await trial.session();
      trial.answer({ faults: [silence(trial)] });
      const chunks = await session.stream();
      const { done } = await chunks.next();
      trial.expect({ hasEnded: done === true }).toEqual({ hasEnded: false });
      await chunks.return?.();
    },
  },
  {
    name: 'is of the same class when it is replayed',
    only: 'streamed',
    async run(trial) {
      const session = await trial.session();
      const live = (await session.ask(copyOf(trial.mode.request))) as object; // a stream
      await trial.mode.read(live);
      const replayed = (await session.ask(copyOf(trial.mode.request))) as object; // likewise
      trial.expect(replayed.constructor === live.constructor).toEqual(true);
      trial.expectCount(1);
    },
  },
  ...Object.entries(DELIVERIES).map(delivered),
  {
    name: 'gives every chunk to those who join while it runs',
    only: 'streamed',
    needs: ['collapse'],
    async run(trial) {
      const session = await trial.session();
      trial.answer(PACE);
      const leader = await running(session);
      const others = [await running(session), await running(session)];
      const live = await leader.all();
      for (const other of others) trial.expectSame(live, await other.all());
      trial.expectSame(live, await session.call());
      trial.expectCount(1);
    },
  },
  {
    name: 'continues for a follower when the leader leaves, and is stored',
    only: 'streamed',
    needs: ['collapse'],
    async run(trial) {
      const session = await trial.session();
      trial.answer(PACE);
      const leader = await running(session);
      const follower = await running(session);
      await leader.chunks.return?.();
      const live = await follower.all();
      trial.expectSame(live, await session.call());
      trial.expectCount(1);
    },
  },
];
