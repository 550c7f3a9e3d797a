// @cached-llm/core/store: what authors of stores, and of tools over a store, import. Start at Store, the contract.

export { openStore, optionsFromEnvironment, replaceDefaultCache } from './cache/index.ts';
export {
  type Entry,
  type EntryHeader,
  entryText,
  readEntryText,
  type Served,
} from './entry/index.ts';
export {
  type EntryFilter,
  type InspectedRow,
  type NearestEntry,
  nearestEntry,
  type StoredEntry,
} from './inspection/index.ts';
export { differingFields, type FieldDigests, fieldDigests } from './key/index.ts';
export type { LedgerFigures, LedgerGroup, Money, Timing, TokenCount } from './ledger/index.ts';
export { MemoryStore, type MemoryStoreOptions } from './memory/index.ts';
export { toMilliseconds } from './options/index.ts';
export type { Leases, Store, StoredRow, StoreSize } from './store/index.ts';
