import type { Eventual, NewRow, RowStore, RowTexts, Store } from './store.ts';
import type { GuardOptions } from './store-guard.ts';

export interface StoreOptions extends Omit<GuardOptions, 'early'> {
  readonly store: Store;
  /** Bounded memory before the store. */
  readonly l1: Store | undefined;
}

/**
 * The rows of any store. What guards a store is loaded with its first operation, because a cache over the memory of this
 * process needs none of it. If the package was replaced under the process, nothing is read or written.
 */
export class RowsOnDemand implements RowStore {
  readonly #options: StoreOptions;
  readonly #early: unknown[] = [];
  #rows: RowStore | undefined;
  #loading: Promise<RowStore | undefined> | undefined;

  constructor(options: StoreOptions) {
    this.#options = options;
    if (options.isListening === false) return;
    // Without a listener, Keyv 6 throws from a socket's event and ends the process.
    options.store.on?.('error', (error) => {
      if (this.#rows !== undefined) return; // the guard listens, too
      this.#early.push(error);
      void this.#load();
    });
  }

  get isAway(): boolean {
    return this.#rows?.isAway ?? false;
  }

  get patience(): number {
    return this.#options.storeTimeout;
  }

  get isAtomic(): boolean {
    const { atomic, isImmediate } = this.#options.store;
    return atomic !== undefined || isImmediate === true;
  }

  copiesOf(key: string): readonly string[] {
    return this.#options.store.copiesOf?.(key) ?? [key];
  }

  read(keys: readonly string[]): Promise<RowTexts | undefined> {
    return this.#rows?.read(keys) ?? this.#load().then((rows) => rows?.read(keys));
  }

  readNow(keys: readonly string[]): RowTexts | undefined {
    return this.#rows?.readNow(keys);
  }

  async readLatest(keys: readonly string[]): Promise<RowTexts | undefined> {
    return (await this.#load())?.readLatest(keys);
  }

  async add(rows: readonly NewRow[]): Promise<RowTexts | undefined> {
    return (await this.#load())?.add(rows);
  }

  async replace(row: NewRow, expected: string): Promise<boolean | undefined> {
    return (await this.#load())?.replace(row, expected);
  }

  write(key: string, value: string, ttl: number | undefined): Eventual<boolean> {
    const rows = this.#rows;
    if (rows !== undefined) return rows.write(key, value, ttl);
    return this.#load().then((loaded) => loaded?.write(key, value, ttl) ?? false);
  }

  writeAtExit(writing: Promise<unknown>, row: () => NewRow | undefined): void {
    this.#rows?.writeAtExit?.(writing, row);
  }

  async remove(key: string): Promise<boolean> {
    return (await this.#load())?.remove(key) ?? false;
  }

  async removeMany(keys: readonly string[]): Promise<boolean> {
    return (await this.#load())?.removeMany(keys) ?? false;
  }

  async lease(...lease: Parameters<RowStore['lease']>): Promise<readonly string[] | undefined> {
    return (await this.#load())?.lease(...lease);
  }

  async release(keys: readonly string[], token: string): Promise<boolean> {
    return (await this.#load())?.release(keys, token) ?? false;
  }

  distrust(keys: readonly string[]): void {
    this.#rows?.distrust(keys);
  }

  async settled(): Promise<void> {
    await this.#rows?.settled();
  }

  async close(): Promise<void> {
    await (await this.#load())?.close();
  }

  #load(): Promise<RowStore | undefined> {
    this.#loading ??= this.#make().catch(() => undefined);
    return this.#loading;
  }

  async #make(): Promise<RowStore> {
    const { store, l1, ...options } = this.#options;
    const { ResilientStore } = await import('./resilient-store.ts');
    const l2 = new ResilientStore(store, { ...options, early: this.#early });
    const { now } = options;
    this.#rows =
      l1 === undefined ? l2 : new (await import('./tiered-store.ts')).TieredStore({ l1, l2, now });
    return this.#rows;
  }
}
