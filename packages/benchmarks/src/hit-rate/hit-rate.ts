import { MemoryStore } from '@cached-llm/core/store';
import { percentOf, type Room, sizeOf } from './room.ts';
import type { Access, Trace } from './trace.ts';

/** The percentage of the requests that the memory store answers. */
export function hitRate(trace: Trace, room: Room): number {
  const store = new MemoryStore(room);
  let hits = 0;
  for (const { key, bytes = 0 } of trace.accesses) {
    if (store.get(key) !== undefined) hits += 1;
    else store.set(key, 'x'.repeat(bytes));
  }
  return percentOf(hits, trace);
}

/** Rows of which the least recently used is evicted first. */
class LeastRecentlyUsed {
  readonly #rows = new Map<string, number>();
  #bytes = 0;

  /** Stores the row if it is missing. @returns whether it was there */
  use(access: Access): boolean {
    const before = this.#rows.get(access.key);
    const size = before ?? sizeOf(access);
    this.#rows.delete(access.key);
    this.#rows.set(access.key, size);
    if (before === undefined) this.#bytes += size;
    return before !== undefined;
  }

  shrink({ maxEntries, maxBytes }: Room): void {
    for (const [key, size] of this.#rows) {
      if (this.#rows.size <= maxEntries && this.#bytes <= maxBytes) return;
      this.#rows.delete(key);
      this.#bytes -= size;
    }
  }
}

/** The percentage of the requests that a store answers if it evicts the least recently used row first. */
export function hitRateOfLru(trace: Trace, room: Room): number {
  const rows = new LeastRecentlyUsed();
  let hits = 0;
  for (const access of trace.accesses) {
    if (rows.use(access)) hits += 1;
    rows.shrink(room);
  }
  return percentOf(hits, trace);
}
