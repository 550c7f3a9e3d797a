import { toWholeNumber } from '../options/index.ts';
import { ROW_GRACE, type Store, type StoredRow, type StoreSize } from '../store/index.ts';
import { EvictionPolicy } from './eviction-policy.ts';
import { type Expiring, ExpiryOrder } from './expiry-order.ts';

import type { MemoryBounds, OrderNode } from './tiny-lfu.ts';

/** A row of the memory store, with its positions in the orders of eviction and of expiry. */
interface MemoryRow extends OrderNode<MemoryRow>, Expiring {
  readonly key: string;
  readonly value: string;
}

/**
 * Bytes that V8 needs for a row beside its characters: object, date, two texts, counts, and its slot in a map that doubles. 231 to 330
 * were measured over 16,000 to 131,000 rows, by Node.js 20, 22 and 24 alike.
 */
const ROW_BYTES = 276;

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

function memoryRow(key: string, value: string, expiresAt: number): MemoryRow {
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

/** Each write removes up to this many expired rows, so that they leave without a timer and no write takes long. */
const ROWS_PER_WRITE = 4;

/** The rows of a memory store. They stay within their bounds, and an expired row is absent and leaves first. */
class MemoryRows {
  readonly #rows = new Map<string, MemoryRow>();
  readonly #bounds: MemoryBounds;
  #eviction: EvictionPolicy<MemoryRow>;
  #expiry = new ExpiryOrder<MemoryRow>();
  #evictions = 0;

  constructor(bounds: MemoryBounds) {
    this.#bounds = bounds;
    this.#eviction = new EvictionPolicy(bounds);
  }

  get size() {
    const { bytes } = this.#eviction;
    const used = { usedEntries: this.#rows.size, usedBytes: bytes };
    return { ...used, ...this.#bounds, evictions: this.#evictions } satisfies StoreSize;
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

/** The bounds of a `MemoryStore`, and its clock. */
export interface MemoryStoreOptions {
  /** The most rows. @default 10_000 */
  readonly maxEntries?: number | undefined;
  /** The most bytes of keys, values and what each row needs beside them. @default 64 MiB */
  readonly maxBytes?: number | undefined;
  /** The clock, in milliseconds. @default Date.now */
  readonly now?: (() => number) | undefined;
}

/** @throws {LlmCacheError} `INVALID_OPTION` for a bound that is not a whole number above zero. */
export function memoryBounds({ maxEntries, maxBytes }: MemoryStoreOptions) {
  return {
    maxEntries: toWholeNumber(maxEntries, 'maxEntries', 10_000),
    maxBytes: toWholeNumber(maxBytes, 'maxBytes', 64 * 1024 * 1024),
  };
}

/** A sweep removes this many rows before it lets other work run. */
const ROWS_PER_TURN = 1_000;

const nextTurn = () => new Promise<void>((resolve) => setImmediate(resolve));

/**
 * Bounded memory. Rows that are used again are evicted last. It can also be the store of a Keyv. It has no `has`,
 * because Keyv 6 takes a store with `has` for a Map, and gives it objects, whose size is not known.
 */
export class MemoryStore implements Store {
  readonly isImmediate = true;
  readonly #rows: MemoryRows;
  readonly #maxBytes: number;
  readonly #now: () => number;

  constructor(options: MemoryStoreOptions = {}) {
    const bounds = memoryBounds(options);
    this.#maxBytes = bounds.maxBytes;
    this.#rows = new MemoryRows(bounds);
    this.#now = options.now ?? (() => Date.now()); // a fake clock may be installed later
  }

  get(key: string): string | undefined {
    return this.#rows.get(key, this.#now())?.value;
  }

  getMany(keys: readonly string[]): (string | undefined)[] {
    return keys.map((key) => this.get(key));
  }

  /**
   * Returns false for a value that is not a text or is larger than the store. Such a value is not stored, and the
   * former row of its key is removed.
   */
  set(key: string, value: string, ttl = Number.POSITIVE_INFINITY): boolean {
    const now = this.#now();
    const isText = typeof value === 'string'; // a Keyv without a serialiser passes any value
    const row = isText ? memoryRow(key, value, now + ttl) : undefined;
    if (row === undefined || row.bytes > this.#maxBytes) {
      this.delete(key);
      return false;
    }
    this.#rows.put(row, now);
    return true;
  }

  delete(key: string): boolean {
    return this.#rows.delete(key);
  }

  clear(): void {
    this.#rows.clear();
  }

  async *scan(prefix: string): AsyncGenerator<StoredRow, void, undefined> {
    for (const row of this.#rows.all()) {
      const isMatch = row.key.startsWith(prefix);
      if (isMatch && !this.#rows.removeIfExpired(row, this.#now()))
        yield { key: row.key, value: row.value, bytes: row.bytes };
    }
  }

  async sweep(): Promise<number> {
    let swept = 0;
    for (;;) {
      const removed = this.#rows.removeExpired(this.#now(), ROWS_PER_TURN);
      swept += removed;
      if (removed < ROWS_PER_TURN) return swept;
      await nextTurn();
    }
  }

  measure() {
    return this.#rows.size;
  }
}
