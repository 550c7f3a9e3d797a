import { infoOf, invalidateAnswer } from '@cached-llm/core';
import { ObservedStore } from './observed-store.ts';
import { copyOf } from './request-copy.ts';
import type { Session } from './session.ts';
import type { AdapterCase, Trial } from './trial.ts';

const CALLS = 20;

/** Empties an object and all objects in it, as careless callers do. */
function spoil(value: unknown): void {
  if (typeof value !== 'object' || value === null) return;
  for (const [name, part] of Object.entries(value)) {
    spoil(part);
    Reflect.deleteProperty(value, name);
  }
}

/** Makes a call, reads it to its end, and gives the object that the SDK made: a response, or a stream. */
async function made<Request>(
  { mode }: Trial<Request>,
  session: Session<Request>,
  request: Request = mode.request,
): Promise<unknown> {
  const object = await session.ask(copyOf(request));
  await mode.read(object);
  return object;
}

const told = (object: unknown) => {
  const { outcome, collapsed } = infoOf(object) ?? {};
  return { outcome, collapsed };
};

export const hitCases: readonly AdapterCase[] = [
  {
    name: 'is answered again without a request: equal, of the same classes, and a copy',
    async run(trial) {
      const session = await trial.session();
      const live = await session.call();
      const hit = await session.call();
      trial.expectCount(1);
      trial.expectSame(live, hit);
      trial.expect(live === hit).toEqual(false);
      trial.expect(session.log.story).toEqual(['miss', 'stored', 'hit']);
    },
  },
  {
    name: 'is answered by a second cache on the same store',
    async run(trial) {
      const store = new ObservedStore();
      const live = await (await trial.session({ store })).call();
      const hit = await (await trial.session({ store })).call();
      trial.expectCount(1);
      trial.expectSame(live, hit);
    },
  },
  {
    name: `is one request for ${CALLS} calls at once, and ${CALLS} copies`,
    needs: ['collapse'],
    async run(trial) {
      const untouched = await (await trial.session()).call();
      const session = await trial.session();
      const [leader, follower, ...others] = await Promise.all(
        Array.from({ length: CALLS }, () => session.call()),
      );
      trial.expectCount(2);
      const collapsed = session.log.story.filter((name) => name === 'collapsed');
      trial.expect(collapsed.length).toEqual(CALLS - 1);
      spoil(leader);
      spoil(follower);
      for (const other of [...others, await session.call()]) trial.expectSame(untouched, other);
      trial.expectCount(2);
    },
  },
  {
    name: 'is answered the same again after a caller has changed its own copy',
    async run(trial) {
      const untouched = await (await trial.session()).call();
      const session = await trial.session();
      spoil(await session.call());
      spoil(await session.call());
      trial.expectSame(untouched, await session.call());
      trial.expectCount(2);
    },
  },
  {
    name: 'is traced to its own call by infoOf, and forgotten by invalidateAnswer',
    needs: ['trace'],
    async run(trial) {
      const session = await trial.session();
      const live = await made(trial, session);
      const hit = await made(trial, session);
      trial.expect([told(live), told(hit)]).toEqual([
        { outcome: 'miss', collapsed: false },
        { outcome: 'hit', collapsed: false },
      ]);
      trial.expect(await invalidateAnswer(hit)).toEqual(true);
      const again = await made(trial, session);
      trial.expect(told(again).outcome).toEqual('miss');
      trial.expectCount(2);
    },
  },
  {
    name: 'is traced to the call that it joined',
    needs: ['trace', 'collapse'],
    async run(trial) {
      const session = await trial.session();
      const all = await Promise.all([1, 2, 3].map(() => made(trial, session)));
      const joined = all.map((object) => told(object).collapsed);
      trial.expect(joined.sort()).toEqual([false, true, true]);
      trial.expect(new Set(all.map((object) => infoOf(object)?.key)).size).toEqual(1);
    },
  },
  {
    name: 'is traced to no other call that runs at once',
    needs: ['trace'],
    async run(trial) {
      const session = await trial.session();
      const changes = Object.values(trial.subject.nearMisses);
      const requests = changes.map((change) => change(copyOf(trial.mode.request)));
      const all = await Promise.all(requests.map((request) => made(trial, session, request)));
      trial.expectCount(requests.length);
      const keys = all.map((object) => infoOf(object)?.key);
      trial.expect(new Set(keys).size).toEqual(requests.length);
      for (const [place, request] of requests.entries()) {
        const alone = await made(trial, session, request);
        trial.expect(infoOf(alone)?.key).toEqual(keys[place]);
      }
    },
  },
];
