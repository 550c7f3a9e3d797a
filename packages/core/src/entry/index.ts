// What is stored: a header with its times and a response, as the text of one row, and back.
// It never reads a store, and never revives anything but plain JSON values by a fixed table.
// Start at entry.ts, then read entry-text.ts.
export { type Encryption, type Encryptions, encryptionsFrom } from './encryption.ts';
export {
  type Entry,
  type EntryHeader,
  type Freshness,
  freshness,
  type Served,
  type Usage,
} from './entry.ts';
export { belongsTo, type EntryIdentity, entryText, readEntryText } from './entry-text.ts';
export { namespacePrefix, type RowBounds, RowCodec } from './row-codec.ts';
export { parseJson } from './safe-json.ts';
export { decodeValue, encodeValue, Payload } from './value-text.ts';
