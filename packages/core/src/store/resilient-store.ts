import type { StoreOperation } from '../events/index.ts';
import { withDeadline } from './bounded-wait.ts';
import { ResilientReads, textOf } from './resilient-reads.ts';
import type { RowStore, RowTexts, Store } from './store.ts';
import { FAILED, type GuardOptions, StoreGuard } from './store-guard.ts';

/** No answer waits for a write, so a write has a longer deadline than a read. */
const WRITE_TIMEOUT_FACTOR = 8;

/**
 * Reads and writes rows in a store that can fail. A failure is no rows, or nothing written, and one event. The rooms above
 * see only that.
 */
export class ResilientStore implements RowStore {
  readonly #store: Store;
  readonly #guard: StoreGuard;
  readonly #timeout: number;
  readonly #reads: ResilientReads;
  readonly #writes = new Set<Promise<unknown>>();

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
    const answer = await this.#attemptWrite('set', () => this.#store.set(key, value, ttl));
    if (answer === false) this.#guard.report('set', { code: 'refused' });
    return answer !== false && answer !== FAILED;
  }

  async remove(key: string): Promise<boolean> {
    return (await this.#attemptWrite('delete', () => this.#store.delete(key))) !== FAILED;
  }

  async lease(key: string, token: string, milliseconds: number): Promise<string | undefined> {
    const { leases } = this.#store;
    if (leases === undefined) return undefined;
    const take = () => leases.take(key, token, milliseconds);
    return textOf(await this.#guard.attempt('lease', this.#timeout, take));
  }

  async release(key: string, token: string): Promise<void> {
    await this.#attemptWrite('lease', () => this.#store.leases?.release(key, token));
  }

  async settled(): Promise<void> {
    while (this.#writes.size > 0) await Promise.all(this.#writes);
  }

  async close(): Promise<void> {
    await this.settled();
    try {
      // The breaker is not asked, because a store that does not answer has to be disconnected, too.
      const disconnected = Promise.resolve(this.#store.disconnect?.());
      await withDeadline(disconnected, this.#timeout * WRITE_TIMEOUT_FACTOR);
    } catch (error) {
      this.#guard.report('connection', error);
    }
  }

  async #attemptWrite(operation: StoreOperation, ask: () => unknown): Promise<unknown> {
    const write = this.#guard.attempt(operation, this.#timeout * WRITE_TIMEOUT_FACTOR, ask);
    this.#writes.add(write);
    const answer = await write;
    this.#writes.delete(write);
    return answer;
  }
}
