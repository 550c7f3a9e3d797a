import { expiryCases } from './expiry-cases.ts';
import { keyCases } from './key-cases.ts';
import { leaseCases } from './lease-cases.ts';
import { parallelCases } from './parallel-cases.ts';
import { scanCases } from './scan-cases.ts';
import type { Expect, StoreCapability, StoreCaseContext, TestedStore } from './store-case.ts';
import { valueCases } from './value-cases.ts';

/** The functions that every test runner has; pass your runner's own. */
export interface ConformanceRunner {
  describe(name: string, define: () => void): unknown;
  test(name: string, run: () => Promise<void>): unknown;
  beforeEach(run: () => Promise<void>): unknown;
  afterEach(run: () => Promise<void>): unknown;
  readonly expect: Expect;
}

export interface OpenedStore {
  readonly store: TestedStore;
  /** One more store on the same place; needed for the capability `shared`. */
  another?(): Promise<TestedStore>;
  /** Closes every store that was opened, and removes what they kept. */
  close(): Promise<void>;
}

export interface StoreUnderTest {
  readonly name: string;
  /** A store that is empty; called once for every test. */
  open(): Promise<OpenedStore>;
  /** What is not named here is not tested; the suite's title lists it. */
  readonly capabilities: { readonly [Capability in StoreCapability]?: boolean };
}

const CAPABILITIES: readonly StoreCapability[] = [
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
 * Registers a suite of what the cache relies on in a store.
 * @returns the capabilities the store lacks, whose tests were not registered
 */
export function storeConformance(
  { describe, test, beforeEach, afterEach, expect }: ConformanceRunner,
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
