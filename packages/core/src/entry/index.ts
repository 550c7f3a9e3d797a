// An entry, which is a header and an encoded response, becomes the row that a store holds and comes back from it.
// This room never reads a store, and it makes nothing from a row but plain JSON and the values of one fixed table.
// Start at entry.ts, then read entry-text.ts and row-codec.ts.

export { type Encryption, type Encryptions, encryptionsFrom } from './encryption.ts';
export {
  type Entry,
  type EntryHeader,
  type Freshness,
  freshness,
  type Served,
  storedByNow,
} from './entry.ts';
export {
  belongsTo,
  checkedHeader,
  type EntryIdentity,
  entryText,
  readEntryText,
} from './entry-text.ts';
export { isEntryKey, namespacePrefix, type RowBounds, RowCodec } from './row-codec.ts';
export { type Usage, usageIn } from './usage.ts';
export { SdkInstance } from './value-tags.ts';
export { decodeValue, encodeValue, Payload, parseJson } from './value-text.ts';
