import type { StoreOperation } from '../events/index.ts';
import { ResilientReads, textOf } from './resilient-reads.ts';
import type { RowStore, RowTexts, Store } from './store.ts';
import { withDeadline } from './store-failure.ts';
import { FAILED, type GuardOptions, StoreGuard } from './store-guard.ts';

/** No answer waits for a write, so it has longer. */
const WRITE_TIMEOUT_FACTOR = 8;

/**
 * The one place that knows a store can fail: a fault is no rows, or nothing written, plus an event.
 * Nothing after this asks about faults.
 */
export class ResilientStore implements RowStore {
  readonly #store: Store;
  readonly #guard: StoreGuard;
  readonly #timeout: number;
  readonly #reads: ResilientReads;
  readonly #writing = new Set<Promise<unknown>>();

  constructor(store: Store, options: GuardOptions) {
    this.#store = store;
    this.#guard = new StoreGuard(store, options);
    this.#timeout = options.storeTimeout;
    this.#reads = new ResilientReads(store, this.#guard, options.storeTimeout);
  }

  get isOpen(): boolean {
    return this.#guard.isOpen;
  }

  read(keys: readonly string[]): Promise<RowTexts | undefined> {
    return this.#reads.read(keys);
  }

  readNow(keys: readonly string[]): RowTexts | undefined {
    return this.#reads.readNow(keys);
  }

  async write(key: string, value: string, ttl: number | undefined): Promise<boolean> {
    const taken = await this.#change('set', () => this.#store.set(key, value, ttl));
    if (taken === false) this.#guard.report('set', { code: 'refused' });
    return taken !== false && taken !== FAILED;
  }

  async remove(key: string): Promise<boolean> {
    return (await this.#change('delete', () => this.#store.delete(key))) !== FAILED;
  }

  async lease(key: string, token: string, milliseconds: number): Promise<string | undefined> {
    const { leases } = this.#store;
    if (leases === undefined) return undefined;
    const take = () => leases.take(key, token, milliseconds);
    return textOf(await this.#guard.attempt('lease', this.#timeout, take));
  }

  async release(key: string, token: string): Promise<void> {
    await this.#change('lease', () => this.#store.leases?.release(key, token));
  }

  async settled(): Promise<void> {
    while (this.#writing.size > 0) await Promise.all(this.#writing);
  }

  async close(): Promise<void> {
    await this.settled();
    try {
      // The breaker is not asked: what does not answer has to be let go of, too.
      const gone = Promise.resolve(this.#store.disconnect?.());
      await withDeadline(gone, this.#timeout * WRITE_TIMEOUT_FACTOR);
    } catch (error) {
      this.#guard.report('connection', error);
    }
  }

  async #change(operation: StoreOperation, ask: () => unknown): Promise<unknown> {
    const change = this.#guard.attempt(operation, this.#timeout * WRITE_TIMEOUT_FACTOR, ask);
    this.#writing.add(change);
    const answer = await change;
    this.#writing.delete(change);
    return answer;
  }
}
