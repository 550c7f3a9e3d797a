import type { StoreOperation } from '../words/events.ts';
import { Breaker } from './breaker.ts';
import { withDeadline } from './deadline.ts';
import { faultName } from './fault-name.ts';
import type { Reporter } from './reporter.ts';
import type { Store } from './store.ts';

export interface GuardOptions {
  readonly reporter: Reporter;
  readonly now: () => number;
  /** Milliseconds a read may take. */
  readonly storeTimeout: number;
}

/** No answer waits for a write, so it has longer. */
const WRITE_PATIENCE = 8;
/** Loading a package and opening a file happen once, and are no reason to take a first hit for a miss. */
const OPENING_PATIENCE = 5_000;
const FAULT = Symbol('fault');
const PROBE = 'cached-llm:probe';

function isPromise(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as PromiseLike<unknown> | undefined)?.then === 'function';
}

/** A foreign value is no text of ours, and no miss of the reader's making. */
function textOrNothing(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/**
 * The one place that knows a store can fail. Every operation ends within its deadline with an answer:
 * a fault is no rows, or nothing written, plus an event. Nothing after this asks about faults.
 */
export class GuardedStore {
  readonly #store: Store;
  readonly #reporter: Reporter;
  readonly #timeout: number;
  readonly #breaker: Breaker;
  #opening: Promise<unknown> | undefined;
  readonly #writing = new Set<Promise<unknown>>();

  constructor(store: Store, { reporter, now, storeTimeout }: GuardOptions) {
    this.#store = store;
    this.#reporter = reporter;
    this.#timeout = storeTimeout;
    this.#breaker = new Breaker({
      now,
      probe: async () => withDeadline(Promise.resolve(store.get(PROBE)), storeTimeout),
      onOpen: (failures) => reporter.tell('breaker-open', { failures }),
      onClose: () => reporter.tell('breaker-closed', {}),
    });
    this.#opening = store.opening && this.#opened(store.opening);
    // Keyv 6 throws from a socket's event, and ends the process, where nobody listens.
    store.on?.('error', (error) => this.#report('connection', error));
  }

  get isOpen(): boolean {
    return this.#breaker.isOpen;
  }

  /** The texts under `keys`, in order, with nothing for an absent one; nothing at all where they cannot be had. */
  async read(keys: readonly string[]): Promise<readonly (string | undefined)[] | undefined> {
    const rows = await this.#attempt('get', this.#timeout, () => this.#getAll(keys));
    const isComplete = Array.isArray(rows) && rows.length === keys.length;
    return isComplete ? rows.map(textOrNothing) : undefined;
  }

  /** Did the store take it, as far as it says? */
  async write(key: string, value: string, ttl: number | undefined): Promise<boolean> {
    const taken = await this.#change('set', () => this.#store.set(key, value, ttl));
    if (taken === false) this.#report('set', { code: 'refused' });
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
      this.#report('connection', error);
    }
  }

  async #change(operation: StoreOperation, ask: () => unknown): Promise<unknown> {
    const change = this.#attempt(operation, this.#timeout * WRITE_PATIENCE, ask);
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

  async #attempt(
    operation: StoreOperation,
    milliseconds: number,
    ask: () => unknown,
  ): Promise<unknown> {
    if (!this.#breaker.allows()) return FAULT;
    try {
      if (this.#opening !== undefined) await this.#opening;
      const answer = ask();
      const settled = isPromise(answer) ? await withDeadline(answer, milliseconds) : answer;
      this.#breaker.succeeded();
      return settled;
    } catch (error) {
      this.#report(operation, error);
      this.#breaker.failed();
      return FAULT;
    }
  }

  /** Never rejects: each operation finds out for itself, and a store that opens late is used from then on. */
  async #opened(opening: Promise<unknown>): Promise<void> {
    await withDeadline(opening, OPENING_PATIENCE).catch(() => {});
    this.#opening = undefined;
  }

  #report(operation: StoreOperation, error: unknown): void {
    this.#reporter.tell('store-error', { operation, reason: faultName(error) });
  }
}
