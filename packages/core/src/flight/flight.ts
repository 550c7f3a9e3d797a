import { LlmCacheError } from '../options/index.ts';
import { abortable, startDeadline } from '../store/index.ts';

/** What a flight is for. */
export interface FlightPlan {
  /** Requests with the same id share one flight. */
  readonly id: string;
  /** The key of the entry that the flight reads or writes. Flights with different ids may have the same key. */
  readonly key: string;
  /** Tags of that entry. */
  readonly tags: Iterable<string>;
  /** Milliseconds for which the provider may send nothing. @default no limit */
  readonly callTimeout?: number;
}

/** The error of a call whose provider sent nothing for so many milliseconds. */
export const callTimedOut = (milliseconds: number) =>
  new LlmCacheError(
    'CALL_TIMEOUT',
    `The provider sent nothing for ${milliseconds} ms (callTimeout), and the call was aborted. Write a longer callTimeout if it needs more time.`,
  );

/** One call for many callers. Each caller that joins it waits for the same result. */
export class Flight<Result> implements FlightPlan {
  readonly id: string;
  readonly key: string;
  /** Counts the flights: a later one has a higher number. */
  readonly order: number;
  /** The tags of the entry, with those of all callers that joined. */
  readonly tags: Set<string>;
  readonly callTimeout: number;
  readonly #startedAt = performance.now();
  readonly #onAbandoned: (flight: Flight<Result>) => void;
  #result!: Promise<Result>;
  #openUntil: Promise<unknown> | undefined;
  #waiting = 0;
  #state: 'under-way' | 'complete' | 'abandoned' = 'under-way';
  #controller: AbortController | undefined;
  #cancelTimer: (() => void) | undefined;
  #reason: unknown;
  /** What ends when the flight is abandoned. An `AbortSignal` for it would take longer than the rest of a short call. */
  readonly #endings: ((reason: unknown) => void)[] = [];

  constructor(
    {
      id,
      key,
      tags,
      callTimeout = Number.POSITIVE_INFINITY,
      order,
    }: FlightPlan & { readonly order: number },
    onAbandoned: (flight: Flight<Result>) => void,
  ) {
    this.id = id;
    this.order = order;
    this.key = key;
    this.tags = new Set(tags);
    this.callTimeout = callTimeout;
    this.#onAbandoned = onAbandoned;
  }

  /**
   * Fires when the last caller has left, or when the provider takes longer than `callTimeout`. A caller's own abort never
   * ends a call that another caller waits for.
   */
  get signal(): AbortSignal {
    this.#controller ??= new AbortController(); // made when it is first read, because few calls need one
    this.#startTimer();
    if (this.#state === 'abandoned') this.#controller.abort(this.#reason);
    return this.#controller.signal;
  }

  /** Has it begun longer ago than a caller is ready to wait? A result that is known is not waited for. */
  isOlderThan(patience: number): boolean {
    return !this.isComplete && this.#age >= patience;
  }

  /** The result is known. */
  get isComplete(): boolean {
    return this.#state === 'complete';
  }

  /** The flight stays open until this has settled, after its result is known. */
  get openUntil(): Promise<unknown> | undefined {
    return this.#openUntil;
  }

  /** Lets callers join until `promise` has settled, so that they share an answer that is still being written. */
  keepOpenUntil(promise: Promise<unknown>): void {
    this.#openUntil = promise;
  }

  /** Sets the result, once. The flight is complete when it has settled. */
  begin(result: Promise<Result>): void {
    this.#result = result;
    const complete = () => {
      if (this.#state === 'under-way') this.#state = 'complete';
    };
    result.then(complete, complete);
  }

  /** Calls `end` with the reason if the flight is abandoned. */
  whenAbandoned(end: (reason: unknown) => void): void {
    this.#endings.push(end);
  }

  /** @throws the reason if the flight is abandoned */
  throwIfAbandoned(): void {
    if (this.#state === 'abandoned') throw this.#reason;
  }

  /** Settles as `work` does, or rejects with the reason if the flight is abandoned before. */
  untilAbandoned<Value>(work: Promise<Value>, onAbandoned: () => void): Promise<Value> {
    this.#startTimer();
    return new Promise((resolve, reject) => {
      this.whenAbandoned((reason) => {
        onAbandoned();
        reject(reason);
      });
      work.then(resolve, reject);
    });
  }

  /**
   * The shared result, or a rejection with the reason of the caller's own signal.
   *
   * @param patience milliseconds that the caller waits at most
   */
  join(signal: AbortSignal | undefined, patience = Number.POSITIVE_INFINITY): Promise<Result> {
    this.#waiting += 1;
    const isShort = patience < this.callTimeout - this.#age && !this.isComplete;
    const own = isShort ? this.#orTimeOut(signal, patience) : signal;
    return abortable(this.#result, own, () => this.#leave());
  }

  /** The provider has answered, so that its call cannot time out any more. */
  answered(): void {
    this.#cancelTimer?.();
  }

  /** Aborts the call: no caller waits for it, or it takes too long. The next caller starts another flight. */
  abandon(reason: unknown = new DOMException('This operation was aborted', 'AbortError')): void {
    this.#state = 'abandoned';
    this.#reason = reason;
    this.#cancelTimer?.();
    for (const end of this.#endings) end(reason);
    this.#controller?.abort(reason);
    this.#onAbandoned(this);
  }

  get #age(): number {
    return performance.now() - this.#startedAt;
  }

  /** The time of the call counts from when somebody waits for it or can stop it. */
  #startTimer(): void {
    if (this.#state !== 'under-way' || this.#cancelTimer !== undefined) return;
    const timeOut = () => this.abandon(callTimedOut(this.callTimeout));
    this.#cancelTimer = startDeadline(this.callTimeout - this.#age, timeOut);
  }

  #orTimeOut(signal: AbortSignal | undefined, patience: number): AbortSignal {
    const own = new AbortController();
    const cancel = startDeadline(patience, () => own.abort(callTimedOut(patience)));
    this.#result.then(cancel, cancel);
    return signal === undefined ? own.signal : AbortSignal.any([signal, own.signal]);
  }

  #leave(): void {
    this.#waiting -= 1;
    if (this.#waiting === 0 && this.#state === 'under-way') this.abandon();
  }
}
