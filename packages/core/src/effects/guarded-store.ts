import type { StoreOperation } from '../words/events.ts';
import { withDeadline } from './deadline.ts';
import { ReadBatch } from './read-batch.ts';
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
export class GuardedStore {
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

  /** The breaker is open: the store is left alone. */
  get isOpen(): boolean {
    return this.#guard.isOpen;
  }

  /** The texts under `keys`, in order, with nothing for an absent one; nothing at all where they cannot be had. */
  async read(keys: readonly string[]): Promise<readonly (string | undefined)[] | undefined> {
    const ask = () => (this.#store.isImmediate ? this.#getAll(keys) : this.#reads.read(keys));
    const rows = await this.#guard.attempt('get', this.#timeout, ask);
    const isComplete = Array.isArray(rows) && rows.length === keys.length;
    return isComplete ? rows.map(textOrNothing) : undefined;
  }

  /** Did the store take it, as far as it says? */
  async write(key: string, value: string, ttl: number | undefined): Promise<boolean> {
    const taken = await this.#change('set', () => this.#store.set(key, value, ttl));
    if (taken === false) this.#guard.report('set', { code: 'refused' });
    return taken !== false && taken !== FAULT;
  }

  /** False where the store could not be told. */
  async remove(key: string): Promise<boolean> {
    return (await this.#change('delete', () => this.#store.delete(key))) !== FAULT;
  }

  /** Lets go of the store when all that was being written is. */
  async close(): Promise<void> {
    await Promise.all(this.#writing);
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
