// What is stored: a header with its times and a response, as the text of one row, and back.
// It never reads a store, and never revives anything but plain JSON values by a fixed table.
// Start at entry.ts, then read entry-text.ts.
export { NO_SEAL, type Seal, type Seals, sealsOf } from './encryption.ts';
export {
  type Entry,
  type EntryHeader,
  type Freshness,
  freshness,
  type Served,
  type Usage,
} from './entry.ts';
export { type Addressee, entryText, isFor, readEntryText } from './entry-text.ts';
export { prefixOf, Vault, type VaultBounds } from './row-codec.ts';
export { parseJson } from './safe-json.ts';
export { decodeValue, encodeValue, Payload } from './value-text.ts';
