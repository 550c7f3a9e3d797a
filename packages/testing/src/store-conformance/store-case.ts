import type { Store } from '@cached-llm/core/store';
import type { Expect } from '../test-environment/index.ts';

/** What a store may lack. The suite does not test what a store does not claim, and names it in its title. */
export type StoreCapability =
  | 'atomic'
  | 'errorEvents'
  | 'expiry'
  | 'getMany'
  | 'leases'
  | 'scan'
  | 'shared'
  | 'sweep';

/** The suite does not ask for a `size`; so a Map is a store as well, though its own `size` is a number. */
export type TestedStore = Store;

/** What a case works with: an empty store, and the runner's own `expect`. */
export interface StoreCaseContext {
  readonly store: TestedStore;
  readonly expect: Expect;
  /** Opens one more store on the same place. */
  another(): Promise<TestedStore>;
}

/** One behaviour, as a sentence, and its test. */
export interface StoreCase {
  readonly name: string;
  readonly needs?: readonly StoreCapability[];
  run(context: StoreCaseContext): Promise<void>;
}

/** The lifetime of a row or a lease that a test waits for, in milliseconds. */
export const SHORT = 20;
/** A lifetime that no test outlasts, in milliseconds. */
export const LONG = 60_000;
