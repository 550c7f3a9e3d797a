import type { CacheEventEmitter, StoreOperation } from '../events/index.ts';
import { warn } from '../options/index.ts';
import { DeadlineError, withDeadline } from './bounded-wait.ts';
import { CircuitBreaker } from './circuit-breaker.ts';
import type { Store } from './store.ts';

/** Milliseconds. Loading a package and opening a file happen once, and must not turn a first hit into a miss. */
const OPENING_TIMEOUT = 5_000;

export interface GuardOptions {
  readonly events: CacheEventEmitter;
  readonly now: () => number;
  /** Milliseconds that a read may take. */
  readonly storeTimeout: number;
  /** The key that a probe of the breaker reads. It is in the namespace, as all keys are. */
  readonly probeKey: string;
  /** False where another guard of the same store gets what the store reports. @default true */
  readonly isListening?: boolean | undefined;
  /** What the store reported before it was guarded. @default nothing */
  readonly early?: readonly unknown[] | undefined;
}

/** A longer text, or one with other characters, may be a message. */
const CODE = /^\w[\w.-]{0,49}$/;

/** What an error says of itself. A store may throw any value. */
interface Failure {
  readonly code?: unknown;
  readonly name?: unknown;
  readonly cause?: unknown;
  readonly errors?: unknown;
}

/** An error, what caused it, and what caused that. */
function causesOf(error: unknown): readonly Failure[] {
  const causes: Failure[] = [];
  let next: unknown = error;
  while (typeof next === 'object' && next !== null && causes.length < 5) {
    const failure: Failure = next;
    causes.push(failure);
    next = failure.cause ?? (Array.isArray(failure.errors) ? failure.errors[0] : undefined);
  }
  return causes;
}

/**
 * Names a failure by its code or its cause's code, else by its class, without its message, which may contain an address
 * with a password.
 */
export function failureCode(error: unknown): string {
  const causes = causesOf(error);
  const names = causes.map(({ name }) => name).filter((name) => name !== 'Error'); // any error has this one
  const texts = [...causes.map(({ code }) => code), ...names].filter(
    (text) => typeof text === 'string' || typeof text === 'number',
  );
  return texts.map(String).find((text) => CODE.test(text)) ?? 'unknown';
}

/** Its message may hold a password, so only the user may print it. */
const NO_CODE =
  "The store gives no code for its failure, and its message may hold a password. To read it, call the store alone: await store.get('key'). An adapter of Keyv needs a client of the package and major that it names.";

/** The code, and what to do where the store says it. */
function failureReason(error: unknown): string {
  const code = failureCode(error);
  const { remedy = code === 'unknown' ? NO_CODE : undefined } = marksOf(error);
  return typeof remedy === 'string' ? `${code}: ${remedy}` : code;
}

/** What a store may state on its errors. */
interface FailureMarks {
  readonly isPermanent?: unknown;
  readonly isPartial?: unknown;
  readonly isRefusal?: unknown;
  /** What happened and what to do. A log may show it. */
  readonly remedy?: unknown;
}

const marksOf = (error: unknown): FailureMarks => (error ?? {}) as FailureMarks; // a store may throw any value

/** Only a person can correct it, such as a wrong password or an unknown database. */
export function isPermanentFailure(error: unknown): boolean {
  return marksOf(error).isPermanent === true;
}

/** One of several servers does not answer, and the rows of the others can be read. */
export function isPartialOutage(error: unknown): boolean {
  return marksOf(error).isPartial === true;
}

/** The store answered, if only with a refusal. It is still asked for what it can do. */
function hasAnswered(error: unknown): boolean {
  const { isRefusal } = marksOf(error);
  return isPartialOutage(error) || (isRefusal === true && !isPermanentFailure(error));
}

/** How long an operation may take that may wait in the store for others of this process. */
export interface Deadline {
  readonly milliseconds: number;
  /** How often the deadline is set again at most. */
  readonly extensions: number;
  /** Has the store done something since the last question? If so, the operation may wait for it once more. */
  readonly hasProgressed: () => boolean;
}

/** The result of an operation that failed or was not tried. */
export const FAILED: unique symbol = Symbol('failed');

function isPromise<Value>(value: Value | PromiseLike<Value>): value is PromiseLike<Value> {
  return typeof (value as PromiseLike<unknown> | undefined)?.then === 'function';
}

/** Rejects if `promise` has not settled at a deadline, unless the store has done something else until then. */
async function withProgress<Answer>(
  promise: PromiseLike<Answer>,
  deadline: Deadline,
): Promise<Answer> {
  try {
    return await withDeadline(promise, deadline.milliseconds);
  } catch (error) {
    const left = error instanceof DeadlineError ? deadline.extensions : 0;
    if (left === 0 || !deadline.hasProgressed()) throw error;
    return withProgress(promise, { ...deadline, extensions: left - 1 });
  }
}

/**
 * What a call reads or writes in a store passes here. It ends within its deadline, and its failure is one event. Scans and
 * sweeps do not pass here: whoever starts them handles their failures.
 */
export class StoreGuard {
  readonly #store: Store;
  readonly #events: CacheEventEmitter;
  readonly #breaker: CircuitBreaker;
  #opening: Promise<void> | undefined;
  #isOpened = false;
  /** The code of the last failure, if it was permanent. */
  #permanentFailure: string | undefined;

  constructor(store: Store, options: GuardOptions) {
    const { events, now, storeTimeout, probeKey, early = [], isListening = true } = options;
    this.#store = store;
    this.#events = events;
    this.#breaker = new CircuitBreaker({
      now,
      probe: async () => withDeadline(Promise.resolve(store.get(probeKey)), storeTimeout),
      onOpen: (failures) => events.emit('breaker-open', { failures }),
      onClose: () => {
        this.#permanentFailure = undefined;
        events.emit('breaker-closed', {});
      },
    });
    // Without a listener, Keyv 6 throws from a socket's event and ends the process.
    if (isListening) store.on?.('error', (error) => this.report('connection', error));
    for (const error of early) this.report('connection', error);
  }

  get isAway(): boolean {
    return this.#breaker.isOpen;
  }

  /** Resolves to what `ask` returns, or to FAILED after one event. Never rejects. */
  async attempt<Answer>(
    operation: StoreOperation,
    deadline: number | Deadline,
    ask: () => Answer | PromiseLike<Answer>,
  ): Promise<Answer | typeof FAILED> {
    if (!this.#breaker.allows()) return FAILED;
    try {
      const settled = await this.#ask(deadline, ask);
      this.#breaker.succeeded();
      return settled;
    } catch (error) {
      this.report(operation, error);
      // A store without leases in time may well have rows: whoever takes a lease has a pause of its own.
      if (operation !== 'lease') this.#judge(error);
      return FAILED;
    }
  }

  /** Like {@link attempt}, for what has to be done also while the breaker is open. It says nothing about the breaker. */
  async attemptAnyway<Answer>(
    operation: StoreOperation,
    milliseconds: number,
    ask: () => Answer | PromiseLike<Answer>,
  ): Promise<Answer | typeof FAILED> {
    try {
      return await this.#ask(milliseconds, ask);
    } catch (error) {
      this.report(operation, error);
      return FAILED;
    }
  }

  /** Asks synchronously. A failure is `undefined` without an event, because the caller asks again with `attempt`. */
  attemptNow<Answer>(ask: () => Answer): Answer | undefined {
    if (!this.#isOpened || !this.#breaker.allows()) return undefined;
    try {
      return ask();
    } catch {
      return undefined;
    }
  }

  /** A permanent failure gets one event, however often the store is tried, and a warning where nobody gets the event. */
  report(operation: StoreOperation, error: unknown): void {
    const reason = failureReason(error);
    const isPermanent = isPermanentFailure(error);
    const isKnown = isPermanent && this.#permanentFailure === reason;
    this.#permanentFailure = isPermanent ? reason : undefined;
    if (isKnown) return;
    if (isPermanent && !this.#events.hasListeners('store-error')) {
      const text = `The store fails, and somebody has to correct it. Calls succeed without it. ${reason}`;
      warn(text, { type: 'LlmCacheWarning', code: 'STORE_ERROR' });
    }
    this.#events.emit('store-error', { operation, reason, isPermanent });
  }

  #ask<Answer>(
    deadline: number | Deadline,
    ask: () => Answer | PromiseLike<Answer>,
  ): Answer | Promise<Answer> {
    if (!this.#isOpened) return this.#waitForOpening().then(() => this.#ask(deadline, ask));
    const answer = ask();
    if (!isPromise(answer)) return answer;
    return typeof deadline === 'number'
      ? withDeadline(answer, deadline)
      : withProgress(answer, deadline);
  }

  #judge(error: unknown): void {
    if (hasAnswered(error)) return;
    if (isPermanentFailure(error)) this.#breaker.openAtOnce();
    else this.#breaker.failed();
  }

  /** Never rejects. If opening fails or takes too long, each operation fails by itself. */
  #waitForOpening(): Promise<void> {
    this.#opening ??= this.#open();
    return this.#opening;
  }

  async #open(): Promise<void> {
    const { opening } = this.#store;
    await (opening && withDeadline(opening, OPENING_TIMEOUT).catch(() => {}));
    this.#isOpened = true;
  }
}
