import { MemoryStore } from '@cached-llm/core/store';
import type { Access, Trace } from './trace.ts';

/** The limits of a store. */
export interface Room {
  readonly maxEntries: number;
  readonly maxBytes: number;
}

/** The bytes that the memory store counts for a row in addition to its texts. */
function bytesAround(): number {
  const store = new MemoryStore();
  store.set('k', '');
  return store.measure().bytes - 1;
}

const AROUND = bytesAround();

export const sizeOf = ({ key, bytes = 0 }: Access) => AROUND + key.length + bytes;

export const percentOf = (hits: number, { accesses }: Trace) => (100 * hits) / accesses.length;
