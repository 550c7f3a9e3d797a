import { toWholeNumber } from '../options/index.ts';
import type { Store, StoredRow, StoreSize } from '../store/index.ts';
import { MemoryRows, memoryRow } from './memory-rows.ts';

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
        yield { key: row.key, value: row.value };
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

  measure(): StoreSize {
    return this.#rows.size;
  }
}
