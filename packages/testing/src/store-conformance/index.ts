// The tests that every store of the cache has to pass, for authors of stores, run by the test runner of their choice.
// A capability that a store does not claim is not tested, and no test reads anything but the store's own methods.
// Start reading in store-conformance.ts; store-case.ts says what a case gets.
export type { StoreCapability, TestedStore } from './store-case.ts';
export { type OpenedStore, type StoreUnderTest, storeConformance } from './store-conformance.ts';
