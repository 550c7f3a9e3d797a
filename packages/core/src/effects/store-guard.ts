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

/** What an operation comes to that failed, or was not tried. */
export const FAULT = Symbol('fault');

/** Loading a package and opening a file happen once, and are no reason to take a first hit for a miss. */
const OPENING_PATIENCE = 5_000;
const PROBE = 'cached-llm:probe';

function isPromise(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as PromiseLike<unknown> | undefined)?.then === 'function';
}

/** Tries operations of a store: each ends within its deadline, and a store that fails is left alone for a while. */
export class StoreGuard {
  readonly #reporter: Reporter;
  readonly #breaker: Breaker;
  readonly #store: Store;
  #opening: Promise<void> | undefined;
  #isReady = false;

  constructor(store: Store, { reporter, now, storeTimeout }: GuardOptions) {
    this.#store = store;
    this.#reporter = reporter;
    this.#breaker = new Breaker({
      now,
      probe: async () => withDeadline(Promise.resolve(store.get(PROBE)), storeTimeout),
      onOpen: (failures) => reporter.tell('breaker-open', { failures }),
      onClose: () => reporter.tell('breaker-closed', {}),
    });
    // Keyv 6 throws from a socket's event, and ends the process, where nobody listens.
    store.on?.('error', (error) => this.report('connection', error));
  }

  get isOpen(): boolean {
    return this.#breaker.isOpen;
  }

  /** What `ask` comes to, or FAULT and an event. */
  async attempt(
    operation: StoreOperation,
    milliseconds: number,
    ask: () => unknown,
  ): Promise<unknown> {
    if (!this.#breaker.allows()) return FAULT;
    try {
      if (!this.#isReady) await this.#ready();
      const answer = ask();
      const settled = isPromise(answer) ? await withDeadline(answer, milliseconds) : answer;
      this.#breaker.succeeded();
      return settled;
    } catch (error) {
      this.report(operation, error);
      this.#breaker.failed();
      return FAULT;
    }
  }

  report(operation: StoreOperation, error: unknown): void {
    this.#reporter.tell('store-error', { operation, reason: faultName(error) });
  }

  /** Never rejects: each operation finds out for itself, and a store that opens late is used from then on. */
  #ready(): Promise<void> {
    this.#opening ??= this.#wait(this.#store.opening);
    return this.#opening;
  }

  async #wait(opening: Promise<unknown> | undefined): Promise<void> {
    await (opening && withDeadline(opening, OPENING_PATIENCE).catch(() => {}));
    this.#isReady = true;
  }
}
