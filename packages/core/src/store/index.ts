// A store may fail, hang or vanish: every operation ends within its deadline, and a failure is "no row" and one event.
// It never lets a failure of the store reach a call.
// Start at store.ts, the contract; store-guard.ts is what every operation passes.

export { GuardedStore } from './guarded-store.ts';
export { LazyStore } from './lazy-store.ts';
export type { Leases, Rows, Store, StoredRow, StoreSize, Texts } from './store.ts';
export { faultName, isPermanent, withDeadline } from './store-failure.ts';
export { TieredRows } from './tiered-store.ts';
