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
  return store.measure().usedBytes - 1;
}

const AROUND = bytesAround();

export const sizeOf = ({ key, bytes = 0 }: Access) => AROUND + key.length + bytes;

export const percentOf = (hits: number, { accesses }: Trace) => (100 * hits) / accesses.length;

/** A share of the distinct keys, or of their bytes if the trace has them. */
export function roomOf({ accesses }: Trace, percent: number): Room {
  const distinct = new Map(accesses.map((access) => [access.key, sizeOf(access)]));
  const bytes = [...distinct.values()].reduce((sum, size) => sum + size, 0);
  const isSized = accesses.some((access) => access.bytes !== undefined);
  const maxEntries = Math.max(1, Math.round((distinct.size * percent) / 100));
  if (!isSized) return { maxEntries, maxBytes: Number.MAX_SAFE_INTEGER };
  return { maxEntries: distinct.size, maxBytes: Math.round((bytes * percent) / 100) };
}
