// @cached-llm/core/store: what authors of stores, and of tools over a store, import. Start at Store, the contract.

export { openStore, optionsFromEnvironment, replaceDefaultCache } from './cache/index.ts';
export {
  type Entry,
  type EntryHeader,
  entryText,
  readEntryText,
  type Served,
} from './entry/index.ts';
export type {
  EntryFilter,
  InspectedRow,
  RetagResult,
  StoredEntry,
  TagChange,
} from './inspection/index.ts';
export { namespaceOfKey } from './inspection/measurement.ts';
export { type NearestEntry, nearestEntry, nearestToEntry } from './inspection/replay-miss.ts';
export { isVolatileName } from './inspection/volatile-fields.ts';
export { differingFields, type FieldDigests, fieldDigests } from './key/field-digests.ts';
export type {
  LedgerFigures,
  LedgerGroup,
  Money,
  ProviderEntries,
  StoreFigures,
  Timing,
  TokenCount,
} from './ledger/index.ts';
export { type LiveCall, type LiveCost, LiveFeed, type LiveNews } from './ledger/live-feed.ts';
export { MemoryStore, type MemoryStoreOptions } from './memory/index.ts';
export {
  pause,
  refuseUnknownOptions,
  startInterval,
  startTimer,
  toMilliseconds,
  visibleLines,
  visibleText,
} from './options/index.ts';
export {
  type AtomicRows,
  type Leases,
  type NewRow,
  ROW_GRACE,
  type Store,
  type StoredRow,
  type StoreSize,
  startDeadline,
} from './store/index.ts';
