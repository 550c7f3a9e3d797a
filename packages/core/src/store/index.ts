// A store may fail, hang or vanish: each operation of a call ends within its deadline, and a failure is no row and one event.
// It never lets a failure of the store reach a call; only the mode `replay` needs the store.
// Start at store.ts, the contract, and resilient-store.ts, which rows-on-demand.ts loads; store-guard.ts decides what a failure is, and circuit-breaker.ts when the store is not asked.

export { abortable, DeadlineError, startDeadline, withDeadline } from './bounded-wait.ts';
export { LazyStore } from './lazy-store.ts';
export { RowsOnDemand } from './rows-on-demand.ts';
export {
  type AtomicRows,
  type Eventual,
  type Leases,
  type NewRow,
  ROW_GRACE,
  type RowStore,
  type RowTexts,
  readAll,
  type Store,
  type StoredRow,
  type StoreSize,
} from './store.ts';

/** Loads what names a failure of a store. */
export const loadStoreFailures = () => import('./store-guard.ts');
