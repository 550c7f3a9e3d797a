import type { ConformanceRunner } from '../store-conformance/store-conformance.ts';
import type { AdapterCapability, AdapterUnderTest } from './adapter-under-test.ts';
import { modesOf } from './call-mode.ts';
import { answerCases, parallelCases } from './hit-cases.ts';
import { interruptionCases } from './interruption-cases.ts';
import { headerCases, variationCases } from './key-cases.ts';
import { failureCases, unfitCases } from './never-stored-cases.ts';
import { secretCases } from './secret-cases.ts';
import { storeFaultCases } from './store-fault-cases.ts';
import { streamCases } from './stream-cases.ts';
import type { AdapterCase } from './trial.ts';
import { Trial } from './trial.ts';
import { doorCases, functionCases } from './wrapper-cases.ts';

/** The functions that every test runner has; pass your runner's own. */
export type AdapterRunner = Pick<ConformanceRunner, 'describe' | 'test' | 'expect'>;

/** What a subject lacks when it has no such field. */
const FIELDS = {
  door: 'door',
  functions: 'functions',
  inspect: 'inspect',
  neutral: 'neutral',
  stream: 'streamed',
  unfit: 'unfit',
  unfitStreams: 'unfitStreams',
} as const;

function lacksOf<Request>(subject: AdapterUnderTest<Request>): AdapterCapability[] {
  const names = Object.keys(FIELDS) as (keyof typeof FIELDS)[]; // the table has no other keys
  const absent = names.filter((name) => subject[FIELDS[name]] === undefined);
  return [...absent, ...(subject.without ?? [])].sort();
}

function casesFor<Request>(subject: AdapterUnderTest<Request>): AdapterCase[] {
  return [
    ...answerCases,
    ...variationCases(subject),
    ...headerCases,
    ...failureCases,
    ...unfitCases(subject),
    ...interruptionCases,
    ...streamCases,
    ...parallelCases,
    ...storeFaultCases,
    ...secretCases,
    ...functionCases,
    ...doorCases(subject),
  ];
}

/**
 * Registers a suite of what a caller may rely on in an adapter: a real SDK over loopback HTTP.
 * @returns the capabilities the subject lacks, whose tests were not registered
 */
export function adapterConformance<Request>(
  { describe, test, expect }: AdapterRunner,
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
