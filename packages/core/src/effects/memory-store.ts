import { toBound } from '../words/bound.ts';
import { type MemoryRow, memoryRow } from './memory-row.ts';
import type { MemoryStoreOptions } from './memory-store-options.ts';
import { RecencyList } from './recency-list.ts';
import type { Store, StoredRow, StoreSize } from './store.ts';

/**
 * Bounded memory, least recently used first to go. A storage adapter for Keyv, too: without a `has`, since
 * Keyv 6 takes what has one for a Map, and hands it objects that have no size.
 */
export class MemoryStore implements Store {
  readonly isImmediate = true;
  readonly #rows = new Map<string, MemoryRow>();
  readonly #order = new RecencyList<MemoryRow>();
  readonly #maxEntries: number;
  readonly #maxBytes: number;
  readonly #now: () => number;
  #bytes = 0;
  #evictions = 0;

  constructor({ maxEntries, maxBytes, now }: MemoryStoreOptions = {}) {
    this.#maxEntries = toBound(maxEntries, 'maxEntries', 10_000);
    this.#maxBytes = toBound(maxBytes, 'maxBytes', 64 * 1024 * 1024);
    this.#now = now ?? Date.now;
  }

  get(key: string): string | undefined {
    const row = this.#live(key);
    if (row !== undefined) this.#order.touch(row);
    return row?.value;
  }

  getMany(keys: readonly string[]): (string | undefined)[] {
    return keys.map((key) => this.get(key));
  }

  /** False for a value that is no text, or larger than the store: it is not kept, nor is what stood under its key. */
  set(key: string, value: string, ttl?: number): boolean {
    this.delete(key);
    if (typeof value !== 'string') return false; // a Keyv may be told to serialise nothing
    const expiresAt = ttl === undefined ? Number.POSITIVE_INFINITY : this.#now() + ttl;
    const row = memoryRow(key, value, expiresAt);
    if (row.bytes > this.#maxBytes) return false;
    this.#rows.set(key, row);
    this.#order.push(row);
    this.#bytes += row.bytes;
    this.#evict();
    return true;
  }

  delete(key: string): boolean {
    const row = this.#rows.get(key);
    if (row === undefined) return false;
    this.#rows.delete(key);
    this.#order.remove(row);
    this.#bytes -= row.bytes;
    return true;
  }

  clear(): void {
    for (const key of [...this.#rows.keys()]) this.delete(key);
  }

  async *scan(prefix: string): AsyncGenerator<StoredRow, void, undefined> {
    for (const key of [...this.#rows.keys()]) {
      const row = key.startsWith(prefix) ? this.#live(key) : undefined;
      if (row !== undefined) yield { key, value: row.value };
    }
  }

  async sweep(): Promise<number> {
    const before = this.#rows.size;
    for (const key of [...this.#rows.keys()]) this.#live(key);
    return before - this.#rows.size;
  }

  measure(): StoreSize {
    return { entries: this.#rows.size, bytes: this.#bytes, evictions: this.#evictions };
  }

  #live(key: string): MemoryRow | undefined {
    const row = this.#rows.get(key);
    if (row === undefined || this.#now() < row.expiresAt) return row;
    this.delete(key);
    return undefined;
  }

  #evict(): void {
    while (this.#rows.size > this.#maxEntries || this.#bytes > this.#maxBytes) {
      const oldest = this.#order.oldest;
      if (oldest === undefined) return;
      this.delete(oldest.key);
      this.#evictions += 1;
    }
  }
}
