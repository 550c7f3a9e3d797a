import type { CacheEventEmitter } from '../events/index.ts';
import type { NewRow, RowStore, RowTexts } from '../store/index.ts';
import type { MemoryStore } from './memory-store.ts';

/** The rows of a cache in the memory of this process, which answers at once and never fails. */
export class MemoryRowStore implements RowStore {
  readonly isAway = false;
  readonly isAtomic = true;
  readonly patience = Number.POSITIVE_INFINITY;
  readonly #store: MemoryStore;
  readonly #events: CacheEventEmitter;

  constructor(store: MemoryStore, events: CacheEventEmitter) {
    this.#store = store;
    this.#events = events;
  }

  copiesOf(key: string): readonly string[] {
    return [key];
  }

  async read(keys: readonly string[]): Promise<RowTexts> {
    return this.readNow(keys);
  }

  readNow(keys: readonly string[]): RowTexts {
    const texts: (string | undefined)[] = [];
    for (const key of keys) texts.push(this.#store.get(key));
    return texts;
  }

  readLatest(keys: readonly string[]): Promise<RowTexts> {
    return this.read(keys);
  }

  async add(rows: readonly NewRow[]): Promise<RowTexts> {
    return rows.map(({ key, value, ttl }) => {
      const before = this.#store.get(key);
      if (before === undefined) this.write(key, value, ttl);
      return before ?? this.#store.get(key);
    });
  }

  async replace({ key, value, ttl }: NewRow, expected: string): Promise<boolean> {
    return this.#store.get(key) === expected && this.write(key, value, ttl);
  }

  write(key: string, value: string, ttl: number | undefined): boolean {
    const isStored = this.#store.set(key, value, ttl);
    const refusal = { operation: 'set', reason: 'refused', isPermanent: false } as const;
    if (!isStored) this.#events.emit('store-error', refusal);
    return isStored;
  }

  async remove(key: string): Promise<boolean> {
    this.#store.delete(key);
    return true;
  }

  async removeMany(keys: readonly string[]): Promise<boolean> {
    for (const key of keys) this.#store.delete(key);
    return true;
  }

  async lease(): Promise<undefined> {}

  async release(): Promise<boolean> {
    return true;
  }

  distrust(): void {}

  async settled(): Promise<void> {}

  async close(): Promise<void> {}
}
