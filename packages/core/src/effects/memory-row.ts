import type { RecencyNode } from './recency-list.ts';

/** An entry of the memory store, and its place in the order of use. */
export interface MemoryRow extends RecencyNode<MemoryRow> {
  readonly key: string;
  readonly value: string;
  readonly bytes: number;
  readonly expiresAt: number;
}

/** What V8 keeps for a row beside its texts: the node, its place in the map, two string headers. */
const ROW_BYTES = 160;
const WIDE = /[\u0100-\uffff]/;

// V8 keeps a text in one byte a character only while all of them fit.
const bytesOf = (text: string) => (WIDE.test(text) ? text.length * 2 : text.length);

export function memoryRow(key: string, value: string, expiresAt: number): MemoryRow {
  const bytes = ROW_BYTES + bytesOf(key) + bytesOf(value);
  return { key, value, bytes, expiresAt, newer: undefined, older: undefined };
}
