import type { CacheEventEmitter, StoreOperation } from '../events/index.ts';
import { CircuitBreaker } from './circuit-breaker.ts';
import type { Store } from './store.ts';
import { failureCode, hasAnswered, isPermanentFailure, withDeadline } from './store-failure.ts';

/** Loading a package and opening a file happen once, and are no reason to take a first hit for a miss. */
const OPENING_TIMEOUT = 5_000;

/** Waits once for a store to be ready: each operation then finds out for itself, and one that opens late is used. */
export class StoreOpening {
  readonly #store: Store;
  #waiting: Promise<void> | undefined;
  isOver = false;

  constructor(store: Store) {
    this.#store = store;
  }

  /** Never rejects. */
  wait(): Promise<void> {
    this.#waiting ??= this.#wait(this.#store.opening);
    return this.#waiting;
  }

  async #wait(opening: Promise<unknown> | undefined): Promise<void> {
    await (opening && withDeadline(opening, OPENING_TIMEOUT).catch(() => {}));
    this.isOver = true;
  }
}

export interface GuardOptions {
  readonly events: CacheEventEmitter;
  readonly now: () => number;
  /** Milliseconds a read may take. */
  readonly storeTimeout: number;
  /** Asked for where the breaker wants to know whether the store answers: of the namespace, as all keys are. */
  readonly probeKey: string;
}

/** What an operation comes to that failed, or was not tried. */
export const FAILED: unique symbol = Symbol('fault');

function isPromise<Value>(value: Value | PromiseLike<Value>): value is PromiseLike<Value> {
  return typeof (value as PromiseLike<unknown> | undefined)?.then === 'function';
}

/** Tries operations of a store: each ends within its deadline, and a store that fails is left alone for a while. */
export class StoreGuard {
  readonly #events: CacheEventEmitter;
  readonly #breaker: CircuitBreaker;
  readonly #opening: StoreOpening;
  /** The reason that was told last, where it was permanent. */
  #permanent: string | undefined;

  constructor(store: Store, { events, now, storeTimeout, probeKey }: GuardOptions) {
    this.#opening = new StoreOpening(store);
    this.#events = events;
    this.#breaker = new CircuitBreaker({
      now,
      probe: async () => withDeadline(Promise.resolve(store.get(probeKey)), storeTimeout),
      onOpen: (failures) => events.emit('breaker-open', { failures }),
      onClose: () => this.#heal(),
    });
    // Keyv 6 throws from a socket's event, and ends the process, where nobody listens.
    store.on?.('error', (error) => this.report('connection', error));
  }

  get isOpen(): boolean {
    return this.#breaker.isOpen;
  }

  /** What `ask` comes to, or FAULT and an event. */
  async attempt<Answer>(
    operation: StoreOperation,
    milliseconds: number,
    ask: () => Answer | PromiseLike<Answer>,
  ): Promise<Answer | typeof FAILED> {
    if (!this.#breaker.allows()) return FAILED;
    try {
      if (!this.#opening.isOver) await this.#opening.wait();
      const answer = ask();
      const settled = isPromise(answer) ? await withDeadline(answer, milliseconds) : answer;
      this.#breaker.succeeded();
      return settled;
    } catch (error) {
      this.report(operation, error);
      this.#judge(error);
      return FAILED;
    }
  }

  /** The same in the call itself; nothing where it fails, which whoever asks again with time is told. */
  attemptNow<Answer>(ask: () => Answer): Answer | undefined {
    if (!this.#opening.isOver || !this.#breaker.allows()) return undefined;
    try {
      return ask();
    } catch {
      return undefined;
    }
  }

  /** What only a person can mend is told once, however often the store is tried. */
  report(operation: StoreOperation, error: unknown): void {
    const reason = failureCode(error);
    const isKnown = isPermanentFailure(error) && this.#permanent === reason;
    this.#permanent = isPermanentFailure(error) ? reason : undefined;
    if (isKnown) return;
    this.#events.emit('store-error', { operation, reason, isPermanent: isPermanentFailure(error) });
  }

  #judge(error: unknown): void {
    if (hasAnswered(error)) return;
    if (isPermanentFailure(error)) this.#breaker.openAtOnce();
    else this.#breaker.failed();
  }

  #heal(): void {
    this.#permanent = undefined;
    this.#events.emit('breaker-closed', {});
  }
}
