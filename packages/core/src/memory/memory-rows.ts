import type { StoreSize } from '../store/index.ts';
import { ROW_GRACE } from '../store/index.ts';
import { AdaptiveWindow } from './adaptive-window.ts';
import { type Expiring, ExpiryOrder } from './expiry-order.ts';
import { FrequencySketch } from './frequency-sketch.ts';
import { exceeds, type MemoryBounds } from './recency-list.ts';
import { type OrderNode, TinyLfuOrder } from './tiny-lfu.ts';

/** A row of the memory store, with its positions in the orders of eviction and of expiry. */
export interface MemoryRow extends OrderNode<MemoryRow>, Expiring {
  readonly key: string;
  readonly value: string;
}

/** Bytes that V8 needs for a row beside its characters: object, date, two texts, map slot, counts (207 to 281 measured). */
const ROW_BYTES = 240;

const WIDE = /[\u0100-\uffff]/;

// V8 stores a text with one byte for each character only while all characters fit in a byte.
const bytesOf = (text: string) => (WIDE.test(text) ? text.length * 2 : text.length);

/** FNV-1a. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  return hash ^ (hash >>> 15);
}

export function memoryRow(key: string, value: string, expiresAt: number): MemoryRow {
  return {
    key,
    value,
    hash: hashOf(key),
    bytes: ROW_BYTES + bytesOf(key) + bytesOf(value),
    expiresAt,
    position: 0,
    uses: 0,
    worth: Number.NaN,
    list: undefined,
    newer: undefined,
    older: undefined,
  };
}

const HALF = 0.5;

/** Which row is evicted next: W-TinyLFU, with a window that adapts to the traffic. */
class EvictionPolicy {
  readonly #sketch = new FrequencySketch();
  readonly #window: AdaptiveWindow;
  readonly #bounds: MemoryBounds;
  readonly #order: TinyLfuOrder<MemoryRow>;

  constructor(bounds: MemoryBounds) {
    this.#bounds = bounds;
    this.#window = new AdaptiveWindow(this.#sketch, bounds);
    this.#order = new TinyLfuOrder(this.#sketch, bounds, this.#window.mode);
  }

  get bytes(): number {
    return this.#order.bytes;
  }

  get isOver(): boolean {
    return this.#order.isOver;
  }

  add(row: MemoryRow): void {
    this.#sketch.reserve(this.#order.count + 1);
    this.#count(row, false);
    this.#order.add(row);
  }

  /** Puts `row` in the place of `before`, which has the same key. */
  replace(before: MemoryRow, row: MemoryRow): void {
    this.#order.remove(before);
    this.#count(row, true);
    this.#order.add(row);
  }

  /** While the store is at most half full, no row will soon be evicted, and uses are not counted. */
  touch(row: MemoryRow): void {
    if (!exceeds(this.#order, this.#bounds, HALF)) return;
    this.#count(row, true);
    this.#order.touch(row);
  }

  remove(row: MemoryRow): void {
    this.#order.remove(row);
  }

  victim(): MemoryRow | undefined {
    return this.#order.victim();
  }

  #count(row: MemoryRow, wasStored: boolean): void {
    this.#sketch.add(row.hash);
    this.#window.use(row, wasStored);
    this.#order.mode = this.#window.mode;
  }
}

/** Each write removes up to this many expired rows, so that they leave without a timer and no write takes long. */
const ROWS_PER_WRITE = 4;

/** The rows of a memory store. They stay within their bounds, and an expired row is absent and leaves first. */
export class MemoryRows {
  readonly #rows = new Map<string, MemoryRow>();
  readonly #bounds: MemoryBounds;
  #eviction: EvictionPolicy;
  #expiry = new ExpiryOrder<MemoryRow>();
  #evictions = 0;

  constructor(bounds: MemoryBounds) {
    this.#bounds = bounds;
    this.#eviction = new EvictionPolicy(bounds);
  }

  get size(): StoreSize {
    const { bytes } = this.#eviction;
    return { entries: this.#rows.size, bytes, evictions: this.#evictions };
  }

  get(key: string, now: number): MemoryRow | undefined {
    const row = this.#rows.get(key);
    if (row === undefined || this.removeIfExpired(row, now)) return undefined;
    this.#eviction.touch(row);
    return row;
  }

  put(row: MemoryRow, now: number): void {
    const before = this.#rows.get(row.key);
    // It keeps the former row's position in the map, so that a scan that rewrites what it finds ends.
    this.#rows.set(row.key, row);
    if (before === undefined) this.#eviction.add(row);
    else this.#eviction.replace(before, row);
    if (before !== undefined) this.#expiry.remove(before);
    this.#expiry.add(row);
    this.removeExpired(now, ROWS_PER_WRITE);
    this.#evict(now);
  }

  delete(key: string): boolean {
    const row = this.#rows.get(key);
    if (row === undefined) return false;
    this.#eviction.remove(row);
    this.#expiry.remove(row);
    return this.#rows.delete(key);
  }

  clear(): void {
    this.#rows.clear();
    this.#eviction = new EvictionPolicy(this.#bounds);
    this.#expiry = new ExpiryOrder();
  }

  /** All rows, including expired ones. Rows may be changed while they are read. */
  all(): IterableIterator<MemoryRow> {
    return this.#rows.values();
  }

  /** Removes the row if it has expired. Returns whether it had. */
  removeIfExpired({ key, expiresAt }: MemoryRow, now: number): boolean {
    return now >= expiresAt && this.delete(key);
  }

  /** Removes expired rows, up to `most` of them. Returns how many. */
  removeExpired(now: number, most: number): number {
    let removed = 0;
    while (removed < most) {
      const row = this.#expiry.expired(now);
      if (row === undefined) break;
      this.delete(row.key);
      removed += 1;
    }
    return removed;
  }

  #evict(now: number): void {
    while (this.#eviction.isOver) {
      // What its cache counts as expired leaves before all that can still be served.
      const victim = this.#expiry.expired(now + ROW_GRACE) ?? this.#eviction.victim();
      if (victim === undefined) return;
      this.delete(victim.key);
      if (now < victim.expiresAt) this.#evictions += 1;
    }
  }
}
