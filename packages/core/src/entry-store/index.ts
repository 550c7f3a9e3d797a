// Entries live here under their keys in one namespace of a store: addressed, read together with the state of their tags, written, invalidated, expired.
// It never judges an answer and never calls a provider.
// Start at entry-store.ts; reading is in entry-reader.ts.

export { type Address, addressOf, isBypass } from './address.ts';
export { freshnessWindows, newHeader } from './entry-header.ts';
export type { FoundEntry, LoadedEntry } from './entry-reader.ts';
export { EntryStore } from './entry-store.ts';
