import type { AdapterCase } from './adapter-conformance/adapter-case.ts';
import type {
  AdapterCapability,
  AdapterUnderTest,
} from './adapter-conformance/adapter-under-test.ts';
import { answerCases } from './adapter-conformance/answer-cases.ts';
import { modesOf } from './adapter-conformance/call-mode.ts';
import { doorCases } from './adapter-conformance/door-cases.ts';
import { failureCases } from './adapter-conformance/failure-cases.ts';
import { functionCases } from './adapter-conformance/function-cases.ts';
import { headerCases } from './adapter-conformance/header-cases.ts';
import { interruptionCases } from './adapter-conformance/interruption-cases.ts';
import { parallelCases } from './adapter-conformance/parallel-cases.ts';
import { secretCases } from './adapter-conformance/secret-cases.ts';
import { storeFaultCases } from './adapter-conformance/store-fault-cases.ts';
import { streamCases } from './adapter-conformance/stream-cases.ts';
import { Trial } from './adapter-conformance/trial.ts';
import { unfitCases } from './adapter-conformance/unfit-cases.ts';
import { variationCases } from './adapter-conformance/variation-cases.ts';
import type { ConformanceRunner } from './store-conformance.ts';

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
