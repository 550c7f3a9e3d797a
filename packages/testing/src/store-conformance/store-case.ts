import type { Store } from '@cached-llm/core';

/** What a store may lack. What it does not claim is not tested, and is named in the suite's title. */
export type StoreCapability =
  | 'errorEvents'
  | 'expiry'
  | 'getMany'
  | 'leases'
  | 'scan'
  | 'shared'
  | 'sweep';

export type Expect = (actual: unknown) => { toEqual(expected: unknown): unknown };

/** A `size` is nothing the suite asks for; so a Map is a store as well, though its own is a number. */
export type TestedStore = Store;

/** What a case works with: a store that is empty, and the runner's own `expect`. */
export interface StoreCaseContext {
  readonly store: TestedStore;
  readonly expect: Expect;
  /** Opens one more store on the same place. */
  another(): Promise<TestedStore>;
}

/** One behaviour, as a sentence, and the test of it. */
export interface StoreCase {
  readonly name: string;
  readonly needs?: readonly StoreCapability[];
  run(context: StoreCaseContext): Promise<void>;
}
