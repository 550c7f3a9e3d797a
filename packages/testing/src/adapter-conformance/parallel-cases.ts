import type { AdapterCase } from './adapter-case.ts';

const CALLS = 20;

/** Empties an object and all in it, as careless callers do. */
function spoil(value: unknown): void {
  if (typeof value !== 'object' || value === null) return;
  for (const [name, part] of Object.entries(value)) {
    spoil(part);
    Reflect.deleteProperty(value, name);
  }
}

export const parallelCases: readonly AdapterCase[] = [
  {
    name: `is one request for ${CALLS} at once, and ${CALLS} copies`,
    needs: ['collapse'],
    async run(trial) {
      const untouched = await (await trial.session()).call();
      const session = await trial.session();
      const [leader, follower, ...others] = await Promise.all(
        Array.from({ length: CALLS }, () => session.call()),
      );
      trial.expectCount(2);
      const collapsed = session.story.filter((name) => name === 'collapsed');
      trial.expect(collapsed.length).toEqual(CALLS - 1);
      spoil(leader);
      spoil(follower);
      for (const other of [...others, await session.call()]) trial.expectSame(untouched, other);
      trial.expectCount(2);
    },
  },
  {
    name: 'is the same again after a caller has changed what was its own',
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
