import { ObservedStore } from './observed-store.ts';
import type { AdapterCase } from './trial.ts';

const CALLS = 20;

/** Empties an object and all objects in it, as careless callers do. */
function spoil(value: unknown): void {
  if (typeof value !== 'object' || value === null) return;
  for (const [name, part] of Object.entries(value)) {
    spoil(part);
    Reflect.deleteProperty(value, name);
  }
}

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
];
