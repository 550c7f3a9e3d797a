import type { StoreOperation } from '../words/events.ts';
import { withDeadline } from './deadline.ts';
import { ReadBatch } from './read-batch.ts';
import type { Rows } from './rows.ts';
import type { Store } from './store.ts';
import { FAULT, type GuardOptions, StoreGuard } from './store-guard.ts';

/** No answer waits for a write, so it has longer. */
const WRITE_PATIENCE = 8;

/** A foreign value is no text of ours, and no miss of the reader's making. */
function textOrNothing(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/**
 * The one place that knows a store can fail: a fault is no rows, or nothing written, plus an event.
 * Nothing after this asks about faults.
 */
export class GuardedStore implements Rows {
  readonly #store: Store;
  readonly #guard: StoreGuard;
  readonly #timeout: number;
  readonly #reads: ReadBatch;
  readonly #writing = new Set<Promise<unknown>>();

  constructor(store: Store, options: GuardOptions) {
    this.#store = store;
    this.#guard = new StoreGuard(store, options);
    this.#timeout = options.storeTimeout;
    this.#reads = new ReadBatch((keys) => this.#getAll(keys));
  }

  get isOpen(): boolean {
    return this.#guard.isOpen;
  }

  async read(keys: readonly string[]): Promise<readonly (string | undefined)[] | undefined> {
    const ask = () => (this.#store.isImmediate ? this.#getAll(keys) : this.#reads.read(keys));
    const rows = await this.#guard.attempt('get', this.#timeout, ask);
    const isComplete = Array.isArray(rows) && rows.length === keys.length;
    return isComplete ? rows.map(textOrNothing) : undefined;
  }

  readNow(keys: readonly string[]): readonly (string | undefined)[] | undefined {
    const store = this.#store;
    if (store.isImmediate !== true) return undefined;
    return this.#guard.attemptNow(() => keys.map((key) => textOrNothing(store.get(key))));
  }

  async write(key: string, value: string, ttl: number | undefined): Promise<boolean> {
    const taken = await this.#change('set', () => this.#store.set(key, value, ttl));
    if (taken === false) this.#guard.report('set', { code: 'refused' });
    return taken !== false && taken !== FAULT;
  }

  async remove(key: string): Promise<boolean> {
    return (await this.#change('delete', () => this.#store.delete(key))) !== FAULT;
  }

  async lease(key: string, token: string, milliseconds: number): Promise<string | undefined> {
    const { leases } = this.#store;
    if (leases === undefined) return undefined;
    const take = () => leases.take(key, token, milliseconds);
    return textOrNothing(await this.#guard.attempt('lease', this.#timeout, take));
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
      await withDeadline(gone, this.#timeout * WRITE_PATIENCE);
    } catch (error) {
      this.#guard.report('connection', error);
    }
  }

  async #change(operation: StoreOperation, ask: () => unknown): Promise<unknown> {
    const change = this.#guard.attempt(operation, this.#timeout * WRITE_PATIENCE, ask);
    this.#writing.add(change);
    const answer = await change;
    this.#writing.delete(change);
    return answer;
  }

  #getAll(keys: readonly string[]): unknown {
    if (this.#store.getMany !== undefined) return this.#store.getMany([...keys]);
    // One that throws must not leave the others' rejections to nobody.
    return Promise.all(keys.map(async (key) => this.#store.get(key)));
  }
}
