// A store may fail, hang or vanish. Every operation ends within its deadline, and a failure is "no row" and one event.
// It never lets a failure of the store reach a call.
// Start at store.ts, the contract; every operation passes store-guard.ts.

export { LazyStore } from './lazy-store.ts';
export { ResilientStore } from './resilient-store.ts';
export type { Leases, RowStore, RowTexts, Store, StoredRow, StoreSize } from './store.ts';
export { failureCode, isPermanentFailure, withDeadline } from './store-failure.ts';
export { TieredStore } from './tiered-store.ts';
