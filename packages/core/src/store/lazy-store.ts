import { isLlmCacheError } from '../options/index.ts';
import {
  type AtomicRows,
  type Leases,
  readAll,
  type Store,
  type StoredRow,
  type StoreSize,
} from './store.ts';

/** A URL or an option that is wrong stays so, and the message says what to write instead, without what is secret. */
function permanent(error: unknown): unknown {
  if (!isLlmCacheError(error)) return error;
  return Object.assign(error, { isPermanent: true, remedy: error.message });
}

/** Loads and opens a store when it is first used. A store that is never used costs nothing. */
export class LazyStore implements Store {
  /** If the opened store has no leases, every process may lead. */
  readonly leases: Leases = {
    take: async (keys, token, milliseconds) =>
      (await this.opening).leases?.take(keys, token, milliseconds) ?? keys.map(() => token),
    release: async (keys, token) => (await this.opening).leases?.release(keys, token),
  };
  /** A store without atomic changes adds a row in steps, and replaces none. */
  readonly atomic: AtomicRows = {
    add: async (rows) => {
      const store = await this.opening;
      return (store.atomic ?? (await import('./rows-in-steps.ts')).rowsInSteps(store)).add(rows);
    },
    replace: async (row, expected) => (await this.opening).atomic?.replace(row, expected) ?? false,
  };
  readonly isForAnyAccount: boolean;
  readonly #load: () => Promise<Store>;
  readonly #listeners: ((error: unknown) => void)[] = [];
  #opening: Promise<Store> | undefined;
  #store: Store | undefined;

  /** @param isForAnyAccount what the store will say: keys are made before it is opened */
  constructor(load: () => Promise<Store>, isForAnyAccount = false) {
    this.#load = load;
    this.isForAnyAccount = isForAnyAccount;
  }

  get opening(): Promise<Store> {
    this.#opening ??= this.#open();
    return this.#opening;
  }

  async get(key: string): Promise<unknown> {
    return (await this.opening).get(key);
  }

  async getMany(keys: string[]): Promise<unknown> {
    return readAll(await this.opening, keys);
  }

  async set(key: string, value: string, ttl?: number): Promise<unknown> {
    return (await this.opening).set(key, value, ttl);
  }

  setNow(key: string, value: string, ttl?: number): void {
    this.#store?.setNow?.(key, value, ttl);
  }

  async delete(key: string): Promise<unknown> {
    return (await this.opening).delete(key);
  }

  async deleteMany(keys: string[]): Promise<unknown> {
    const store = await this.opening;
    return store.deleteMany?.(keys) ?? Promise.all(keys.map((key) => store.delete(key)));
  }

  on(event: 'error', listener: (error: unknown) => void): this {
    this.#listeners.push(listener);
    this.#store?.on?.(event, listener);
    return this;
  }

  async *scan(prefix: string): AsyncGenerator<StoredRow, void, undefined> {
    yield* (await this.opening).scan?.(prefix) ?? [];
  }

  async sweep(): Promise<number> {
    return (await (await this.opening).sweep?.()) ?? 0;
  }

  async advice(): Promise<string | undefined> {
    return (await this.opening).advice?.();
  }

  measure(): StoreSize | undefined {
    return this.#store?.measure?.();
  }

  async capacity(): Promise<StoreSize> {
    return (await (await this.opening).capacity?.()) ?? {};
  }

  whyAbsent(key: string): string | undefined {
    return this.#store?.whyAbsent?.(key);
  }

  async disconnect(): Promise<void> {
    await (await this.#opening)?.disconnect?.();
  }

  async #open(): Promise<Store> {
    const store = await this.#load().catch((error) => {
      throw permanent(error);
    });
    this.#store = store;
    // Listeners are added in the same tick, because a store may report its first error at once.
    for (const listener of this.#listeners) store.on?.('error', listener);
    await store.opening;
    return store;
  }
}
