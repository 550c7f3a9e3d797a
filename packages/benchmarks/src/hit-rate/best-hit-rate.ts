import { percentOf, type Room, sizeOf } from './room.ts';
import type { Access, Trace } from './trace.ts';

/** A binary heap of keys; the key whose next use is the latest is popped first. */
class LatestFirst {
  readonly #places: number[] = [];
  readonly #keys: string[] = [];

  push(place: number, key: string): void {
    let index = this.#places.length;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (this.#at(parent) >= place) break;
      this.#put(index, this.#at(parent), this.#keys[parent] ?? '');
      index = parent;
    }
    this.#put(index, place, key);
  }

  pop(): { readonly place: number; readonly key: string } | undefined {
    const [place, key] = [this.#places[0], this.#keys[0]];
    if (place === undefined || key === undefined) return undefined;
    const [last, lastKey] = [this.#places.pop() ?? 0, this.#keys.pop() ?? ''];
    if (this.#places.length > 0) this.#sink(last, lastKey);
    return { place, key };
  }

  #sink(place: number, key: string): void {
    let index = 0;
    for (let child = 1; child < this.#places.length; child = 2 * index + 1) {
      const larger = this.#at(child + 1) > this.#at(child) ? child + 1 : child;
      if (this.#at(larger) <= place) break;
      this.#put(index, this.#at(larger), this.#keys[larger] ?? '');
      index = larger;
    }
    this.#put(index, place, key);
  }

  #at(index: number): number {
    return this.#places[index] ?? Number.NEGATIVE_INFINITY;
  }

  #put(index: number, place: number, key: string): void {
    this.#places[index] = place;
    this.#keys[index] = key;
  }
}

/** For each request, the place of the next one for its key. */
function nextUses({ accesses }: Trace): number[] {
  const later = new Map<string, number>();
  const next: number[] = new Array(accesses.length);
  for (let index = accesses.length - 1; index >= 0; index -= 1) {
    const key = accesses[index]?.key ?? '';
    next[index] = later.get(key) ?? Number.MAX_SAFE_INTEGER;
    later.set(key, index);
  }
  return next;
}

interface Row {
  readonly size: number;
  readonly next: number;
}

/** Rows of which the one whose next use is the latest is evicted first. */
class Foresight {
  readonly #rows = new Map<string, Row>();
  readonly #byNext = new LatestFirst();
  #bytes = 0;

  /** Stores the row, which is used again at `next`. @returns whether it was there */
  use(access: Access, next: number): boolean {
    const before = this.#rows.get(access.key);
    const size = sizeOf(access);
    this.#bytes += size - (before?.size ?? 0);
    this.#rows.set(access.key, { size, next });
    this.#byNext.push(next, access.key);
    return before !== undefined;
  }

  shrink({ maxEntries, maxBytes }: Room): void {
    while (this.#rows.size > maxEntries || this.#bytes > maxBytes) {
      const latest = this.#byNext.pop();
      if (latest === undefined) return;
      const row = this.#rows.get(latest.key);
      if (row?.next !== latest.place) continue; // it was used since
      this.#rows.delete(latest.key);
      this.#bytes -= row.size;
    }
  }
}

/**
 * The percentage of the requests that a store answers if it knows the future, and evicts first the entry whose next use is
 * the latest (Belady). No store is better if all entries have one size; otherwise a store that prefers small ones can be.
 */
export function bestHitRate(trace: Trace, room: Room): number {
  const next = nextUses(trace);
  const rows = new Foresight();
  let hits = 0;
  for (const [index, access] of trace.accesses.entries()) {
    if (rows.use(access, next[index] ?? 0)) hits += 1;
    rows.shrink(room);
  }
  return percentOf(hits, trace);
}
