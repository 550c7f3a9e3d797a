import type { StoreOperation } from '../events/events.ts';
import type { Reporter } from '../events/reporter.ts';
import { Breaker } from './breaker.ts';
import { withDeadline } from './deadline.ts';
import { isAlive, isPermanent } from './error-says.ts';
import { faultName } from './fault-name.ts';
import type { Store } from './store.ts';
import { StoreOpening } from './store-opening.ts';

export interface GuardOptions {
  readonly reporter: Reporter;
  readonly now: () => number;
  /** Milliseconds a read may take. */
  readonly storeTimeout: number;
  /** Asked for where the breaker wants to know whether the store answers: of the namespace, as all keys are. */
  readonly probeKey: string;
}

/** What an operation comes to that failed, or was not tried. */
export const FAULT: unique symbol = Symbol('fault');

function isPromise<Value>(value: Value | PromiseLike<Value>): value is PromiseLike<Value> {
  return typeof (value as PromiseLike<unknown> | undefined)?.then === 'function';
}

/** Tries operations of a store: each ends within its deadline, and a store that fails is left alone for a while. */
export class StoreGuard {
  readonly #reporter: Reporter;
  readonly #breaker: Breaker;
  readonly #opening: StoreOpening;
  /** The reason that was told last, where it was permanent. */
  #permanent: string | undefined;

  constructor(store: Store, { reporter, now, storeTimeout, probeKey }: GuardOptions) {
    this.#opening = new StoreOpening(store);
    this.#reporter = reporter;
    this.#breaker = new Breaker({
      now,
      probe: async () => withDeadline(Promise.resolve(store.get(probeKey)), storeTimeout),
      onOpen: (failures) => reporter.tell('breaker-open', { failures }),
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
  ): Promise<Answer | typeof FAULT> {
    if (!this.#breaker.allows()) return FAULT;
    try {
      if (!this.#opening.isOver) await this.#opening.wait();
      const answer = ask();
      const settled = isPromise(answer) ? await withDeadline(answer, milliseconds) : answer;
      this.#breaker.succeeded();
      return settled;
    } catch (error) {
      this.report(operation, error);
      this.#judge(error);
      return FAULT;
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
    const reason = faultName(error);
    const isKnown = isPermanent(error) && this.#permanent === reason;
    this.#permanent = isPermanent(error) ? reason : undefined;
    if (isKnown) return;
    this.#reporter.tell('store-error', { operation, reason, isPermanent: isPermanent(error) });
  }

  #judge(error: unknown): void {
    if (isAlive(error)) return;
    if (isPermanent(error)) this.#breaker.giveUp();
    else this.#breaker.failed();
  }

  #heal(): void {
    this.#permanent = undefined;
    this.#reporter.tell('breaker-closed', {});
  }
}
