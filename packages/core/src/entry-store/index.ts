// Entries are stored here under their keys in one namespace of a store: they are addressed, read together with the states of their tags, written, invalidated and expired.
// It never judges an answer and never calls a provider.
// Start at entry-store.ts; entry-reader.ts reads, entry-writer.ts writes, and address.ts knows the key of an entry under each secret.

export { type Address, addressOf, isBypass } from './address.ts';
export {
  explainedFields,
  freshnessWindows,
  lastUse,
  lifeOf,
  newHeader,
  ttlFor,
  withTags,
} from './entry-header.ts';
export type { FoundEntry } from './entry-reader.ts';
export { EntryStore, loadEntryWriter } from './entry-store.ts';
export type { WriteResult } from './entry-writer.ts';
