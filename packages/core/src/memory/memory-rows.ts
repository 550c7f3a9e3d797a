import type { StoreSize } from '../store/index.ts';
import { AdaptiveWindow } from './adaptive-window.ts';
import { FrequencySketch } from './frequency-sketch.ts';
import { exceeds, type MemoryBounds, type OrderNode, TinyLfuOrder } from './tiny-lfu.ts';

/** An entry of the memory store, and its place in the order of leaving. */
export interface MemoryRow extends OrderNode<MemoryRow> {
  readonly key: string;
  readonly value: string;
  readonly expiresAt: number;
}

/** What V8 keeps for a row beside its characters: object, date, two texts, slot in the map, counts (207 to 281 measured). */
const ROW_BYTES = 240;

const WIDE = /[\u0100-\uffff]/;

// V8 keeps a text in one byte a character only while all of them fit.
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
    list: undefined,
    newer: undefined,
    older: undefined,
  };
}

const HALF = 0.5;

/** Which rows stay: told of every use, it says which goes next while they are more than they may be. */
export class MemoryEviction {
  readonly #sketch = new FrequencySketch();
  readonly #trial: AdaptiveWindow;
  readonly #bounds: MemoryBounds;
  readonly #order: TinyLfuOrder<MemoryRow>;

  constructor(bounds: MemoryBounds) {
    this.#bounds = bounds;
    this.#trial = new AdaptiveWindow(this.#sketch, bounds);
    this.#order = new TinyLfuOrder(this.#sketch, bounds, this.#trial.windowShare);
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

  /** `row` is what `before` is from now on. */
  replace(before: MemoryRow, row: MemoryRow): void {
    this.#order.remove(before);
    this.#count(row, true);
    this.#order.add(row);
  }

  /** While there is room for as much again, nothing is going to leave, and a use has nothing to tell. */
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

  #count(row: MemoryRow, wasKept: boolean): void {
    this.#sketch.add(row.hash);
    this.#trial.use(row, this.#order.count, wasKept);
    this.#order.windowShare = this.#trial.windowShare;
  }
}

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
    if (row === undefined || this.removeIfExpired(row, now)) return undefined;
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
  removeIfExpired({ key, expiresAt }: MemoryRow, now: number): boolean {
    return now >= expiresAt && this.delete(key);
  }

  #goRound(now: number): void {
    for (let seen = 0; seen < ROWS_PER_WRITE; seen += 1) {
      const { value: row } = this.#round.next();
      if (row === undefined) this.#round = this.#rows.values();
      else this.removeIfExpired(row, now);
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
