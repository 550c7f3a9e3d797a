import type { AdapterCase } from './adapter-case.ts';
import type { AdapterUnderTest, Variations } from './adapter-under-test.ts';
import { copyOf } from './rebuilt.ts';
import type { Trial } from './trial.ts';

/** The base request, changed. */
function varied<Request>(
  { mode }: Trial<Request>,
  variations: Variations<Request> | undefined,
  name: string,
): Request {
  const vary = variations?.[name];
  if (vary === undefined) throw new Error(`There is no variation '${name}'.`);
  return vary(copyOf(mode.request));
}

function nearMiss(name: string): AdapterCase {
  return {
    name: `is another entry with ${name}`,
    async run(trial) {
      const session = await trial.session();
      const other = varied(trial, trial.subject.nearMisses, name);
      await session.call();
      await session.call(other);
      trial.expectCount(2);
      await session.call(other);
      trial.expectCount(2);
    },
  };
}

function neutral(name: string): AdapterCase {
  return {
    name: `is the same entry with ${name}`,
    async run(trial) {
      const session = await trial.session();
      const live = await session.call();
      const hit = await session.call(varied(trial, trial.subject.neutral, name));
      trial.expectCount(1);
      trial.expectSame(live, hit);
    },
  };
}

function nearMissesAmongThemselves(names: readonly string[]): AdapterCase {
  return {
    name: 'is as many entries as there are near misses',
    async run(trial) {
      const session = await trial.session();
      const hits: string[] = [];
      for (const name of names) {
        const before = trial.count;
        await session.call(varied(trial, trial.subject.nearMisses, name));
        if (trial.count === before) hits.push(name);
      }
      trial.expect(hits).toEqual([]);
    },
  };
}

export function variationCases<Request>(subject: AdapterUnderTest<Request>): AdapterCase[] {
  const names = Object.keys(subject.nearMisses);
  return [
    ...names.map(nearMiss),
    nearMissesAmongThemselves(names),
    ...Object.keys(subject.neutral ?? {}).map(neutral),
  ];
}
