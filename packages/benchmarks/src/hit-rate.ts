import { MemoryStore } from '@cached-llm/core';
import { percentOf, type Room, sizeOf } from './room.ts';
import type { Trace } from './trace.ts';

/** Percent of the requests that the memory store answers. */
export function hitRate(trace: Trace, room: Room): number {
  const store = new MemoryStore(room);
  let hits = 0;
  for (const { key, bytes = 0 } of trace.accesses) {
    if (store.get(key) !== undefined) hits += 1;
    else store.set(key, 'x'.repeat(bytes));
  }
  return percentOf(hits, trace);
}

/** Percent of the requests that a store answers in which the least recently used goes first. */
export function hitRateOfLru(trace: Trace, { maxEntries, maxBytes }: Room): number {
  const rows = new Map<string, number>();
  let [hits, bytes] = [0, 0];
  for (const access of trace.accesses) {
    const size = rows.get(access.key) ?? sizeOf(access);
    if (rows.delete(access.key)) hits += 1;
    else bytes += size;
    rows.set(access.key, size);
    for (const [key, gone] of rows) {
      if (rows.size <= maxEntries && bytes <= maxBytes) break;
      rows.delete(key);
      bytes -= gone;
    }
  }
  return percentOf(hits, trace);
}
