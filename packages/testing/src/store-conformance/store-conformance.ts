import type { Expect, TestRunner } from '../test-environment/index.ts';
import { atomicCases } from './atomic-cases.ts';
import { expiryCases } from './expiry-cases.ts';
import { keyCases } from './key-cases.ts';
import { leaseCases } from './lease-cases.ts';
import { parallelCases } from './parallel-cases.ts';
import { scanCases } from './scan-cases.ts';
import type { StoreCapability, StoreCaseContext, TestedStore } from './store-case.ts';
import { valueCases } from './value-cases.ts';

/** A store that one test uses, and how the test closes it. */
export interface OpenedStore {
  readonly store: TestedStore;
  /** Opens one more store on the same place; the capability `shared` needs it. */
  another?(): Promise<TestedStore>;
  /** Closes every store that was opened, and removes their rows. */
  close(): Promise<void>;
}

/** A kind of store, for `storeConformance`: how it is opened, and what it can do. */
export interface StoreUnderTest {
  readonly name: string;
  /** Opens an empty store; it is called once for every test. */
  open(): Promise<OpenedStore>;
  /** A capability that is not named here is not tested, and stands in the suite's title. */
  readonly capabilities: { readonly [Capability in StoreCapability]?: boolean };
}

const CAPABILITIES: readonly StoreCapability[] = [
  'atomic',
  'errorEvents',
  'expiry',
  'getMany',
  'leases',
  'scan',
  'shared',
  'sweep',
];
const CASES = [
  ...valueCases,
  ...keyCases,
  ...expiryCases,
  ...scanCases,
  ...parallelCases,
  ...leaseCases,
  ...atomicCases,
];

function context(opened: OpenedStore | undefined, expect: Expect): StoreCaseContext {
  if (opened === undefined) throw new Error('The store did not open.');
  const another = opened.another?.bind(opened);
  return {
    store: opened.store,
    expect,
    another: async () => {
      if (another === undefined) throw new Error("A store that claims 'shared' needs `another`.");
      return another();
    },
  };
}

/**
 * Registers a suite of all that the cache relies on in a store.
 * @returns the capabilities that the store lacks, whose tests were not registered
 */
export function storeConformance(
  { describe, test, beforeEach, afterEach, expect }: TestRunner,
  { name, open, capabilities }: StoreUnderTest,
): readonly StoreCapability[] {
  const missing = CAPABILITIES.filter((capability) => capabilities[capability] !== true);
  const cases = CASES.filter(({ needs = [] }) => !needs.some((need) => missing.includes(need)));
  const lacks = missing.length === 0 ? '' : ` (lacks ${missing.join(', ')})`;
  describe(`${name} as a store${lacks}`, () => {
    let opened: OpenedStore | undefined;
    beforeEach(async () => {
      opened = await open();
    });
    afterEach(async () => opened?.close());
    for (const { name: behaviour, run } of cases) {
      test(behaviour, () => run(context(opened, expect)));
    }
  });
  return missing;
}
