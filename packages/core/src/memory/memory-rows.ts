import type { StoreSize } from '../store/store.ts';
import type { MemoryBounds } from './memory-bounds.ts';
import { MemoryEviction } from './memory-eviction.ts';
import type { MemoryRow } from './memory-row.ts';

/** Rows that each write looks at, going round: what has expired leaves without a timer and without a search. */
const ROWS_PER_WRITE = 4;

/** The rows of a memory store within their bounds; an expired one is not there. */
export class MemoryRows {
  readonly #rows = new Map<string, MemoryRow>();
  readonly #bounds: MemoryBounds;
  #eviction: MemoryEviction;
  #round = this.#rows.values();
  #evictions = 0;

  constructor(bounds: MemoryBounds) {
    this.#bounds = bounds;
    this.#eviction = new MemoryEviction(bounds);
  }

  get size(): StoreSize {
    const { bytes } = this.#eviction;
    return { entries: this.#rows.size, bytes, evictions: this.#evictions };
  }

  get(key: string, now: number): MemoryRow | undefined {
    const row = this.#rows.get(key);
    if (row === undefined || this.hasLeft(row, now)) return undefined;
    this.#eviction.touch(row);
    return row;
  }

  put(row: MemoryRow, now: number): void {
    const before = this.#rows.get(row.key);
    // It stands in the map where the former did: a scan that rewrites what it finds comes to an end.
    this.#rows.set(row.key, row);
    if (before === undefined) this.#eviction.add(row);
    else this.#eviction.replace(before, row);
    this.#goRound(now);
    this.#evict();
  }

  delete(key: string): boolean {
    const row = this.#rows.get(key);
    if (row !== undefined) this.#eviction.remove(row);
    return this.#rows.delete(key);
  }

  clear(): void {
    this.#rows.clear();
    this.#eviction = new MemoryEviction(this.#bounds);
  }

  /** All of them, also while they change, the expired included. */
  all(): IterableIterator<MemoryRow> {
    return this.#rows.values();
  }

  /** Takes the row out if it has expired. Did it? */
  hasLeft({ key, expiresAt }: MemoryRow, now: number): boolean {
    return now >= expiresAt && this.delete(key);
  }

  #goRound(now: number): void {
    for (let seen = 0; seen < ROWS_PER_WRITE; seen += 1) {
      const { value: row } = this.#round.next();
      if (row === undefined) this.#round = this.#rows.values();
      else this.hasLeft(row, now);
    }
  }

  #evict(): void {
    while (this.#eviction.isOver) {
      const victim = this.#eviction.victim();
      if (victim === undefined) return;
      this.delete(victim.key);
      this.#evictions += 1;
    }
  }
}
