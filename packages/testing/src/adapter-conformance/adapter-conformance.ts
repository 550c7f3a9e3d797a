import type { TestRunner } from '../test-environment/index.ts';
import type { AdapterCapability, AdapterUnderTest } from './adapter-under-test.ts';
import { modesOf } from './call-mode.ts';
import { controlCases } from './control-cases.ts';
import { hitCases } from './hit-cases.ts';
import { interruptionCases } from './interruption-cases.ts';
import { keyCases } from './key-cases.ts';
import { neverStoredCases } from './never-stored-cases.ts';
import { secretCases } from './secret-cases.ts';
import { storeFaultCases } from './store-fault-cases.ts';
import { streamCases } from './stream-cases.ts';
import { type AdapterCase, Trial } from './trial.ts';
import { wrapperCases } from './wrapper-cases.ts';

/** The capabilities that a subject lacks if it has no such field. */
const FIELDS = {
  functions: 'functions',
  inspect: 'inspect',
  neutral: 'neutral',
  stream: 'streamed',
  unfit: 'unfit',
  unfitStreams: 'unfitStreams',
  wrapper: 'wrapper',
} as const;

function lacksOf<Request>(subject: AdapterUnderTest<Request>): AdapterCapability[] {
  const names = Object.keys(FIELDS) as (keyof typeof FIELDS)[]; // the table has no other keys
  const absent = names.filter((name) => subject[FIELDS[name]] === undefined);
  return [...absent, ...(subject.without ?? [])].sort();
}

function casesFor<Request>(subject: AdapterUnderTest<Request>): AdapterCase[] {
  return [
    ...hitCases,
    ...keyCases(subject),
    ...neverStoredCases(subject),
    ...interruptionCases,
    ...streamCases,
    ...storeFaultCases,
    ...secretCases,
    ...controlCases,
    ...wrapperCases(subject),
  ];
}

/**
 * Registers a suite of all that a caller may rely on in an adapter, with its real SDK over loopback HTTP.
 * @returns the capabilities that the subject lacks, whose tests were not registered
 */
export function adapterConformance<Request>(
  { describe, test, expect }: Pick<TestRunner, 'describe' | 'test' | 'expect'>,
  subject: AdapterUnderTest<Request>,
): readonly AdapterCapability[] {
  const lacking = lacksOf(subject);
  const cases = casesFor(subject).filter(
    ({ needs = [] }) => !needs.some((need) => lacking.includes(need)),
  );
  const title = lacking.length === 0 ? '' : ` (lacks ${lacking.join(', ')})`;
  describe(`${subject.name} as an adapter${title}`, () => {
    for (const mode of modesOf(subject)) {
      describe(`a ${mode.name} call`, () => {
        for (const { name, run, only = mode.name } of cases) {
          if (only === mode.name) test(name, () => Trial.run({ subject, mode, expect }, run));
        }
      });
    }
  });
  return lacking;
}
