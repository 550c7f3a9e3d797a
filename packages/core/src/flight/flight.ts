import { setMaxListeners } from 'node:events';

/**
 * `promise`, unless `signal` fires first: then a rejection with the signal's own reason, after `onAbort`.
 * The promise itself goes on: who else waits for it is not the caller's business.
 */
export function abortable<Value>(
  promise: Promise<Value>,
  signal: AbortSignal | undefined,
  onAbort: () => void,
): Promise<Value> {
  if (signal === undefined) return promise;
  return new Promise((resolve, reject) => {
    const abort = () => {
      onAbort();
      reject(signal.reason);
    };
    const settle = <Argument>(end: (argument: Argument) => void) => {
      return (argument: Argument) => {
        signal.removeEventListener('abort', abort);
        end(argument);
      };
    };
    setMaxListeners(0, signal); // one signal may well end a hundred calls
    if (signal.aborted) abort();
    else signal.addEventListener('abort', abort, { once: true });
    promise.then(settle(resolve), settle(reject));
  });
}

/** One shared call: whoever asks for its key while it lasts waits for the same value. */
export class Flight<Value> {
  readonly #onAbandoned: () => void;
  #value!: Promise<Value>;
  #held: Promise<unknown> | undefined;
  #passengers = 0;
  #state: 'up' | 'landed' | 'abandoned' = 'up';
  #controller: AbortController | undefined;

  constructor(onAbandoned: () => void) {
    this.#onAbandoned = onAbandoned;
  }

  /** Fires when the last caller has left: no caller's own abort reaches a call that another waits for. */
  get signal(): AbortSignal {
    this.#controller ??= new AbortController(); // made late: a hit needs none
    if (this.#state === 'abandoned') this.#controller.abort();
    return this.#controller.signal;
  }

  /** Its value is out. */
  get hasLanded(): boolean {
    return this.#state === 'landed';
  }

  get held(): Promise<unknown> | undefined {
    return this.#held;
  }

  /** Keeps the flight open after its value is out: until the answer can be read from the store. */
  holdUntil(promise: Promise<unknown>): void {
    this.#held = promise;
  }

  depart(value: Promise<Value>): void {
    this.#value = value;
    const land = () => {
      if (this.#state === 'up') this.#state = 'landed';
    };
    value.then(land, land);
  }

  /** The shared value, or the caller's own abort. */
  board(signal: AbortSignal | undefined): Promise<Value> {
    this.#passengers += 1;
    return abortable(this.#value, signal, () => this.#leave());
  }

  /** Nobody waits any more: what is under way is stopped, and whoever asks next starts anew. */
  abandon(): void {
    this.#state = 'abandoned';
    this.#controller?.abort();
    this.#onAbandoned();
  }

  #leave(): void {
    this.#passengers -= 1;
    if (this.#passengers === 0 && this.#state === 'up') this.abandon();
  }
}
