import { abortable } from './abortable.ts';

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

type Lead<Value> = (flight: Flight<Value>) => Promise<Value>;

/** Joined before the look-up: looking first and joining after made two calls where this makes one. */
export class SingleFlight<Value> {
  readonly #flights = new Map<string, Flight<Value>>();

  /** The flight that is up for `key`, or nothing. */
  find(key: string): Flight<Value> | undefined {
    return this.#flights.get(key);
  }

  /** Starts a flight for `key`, which ends when `lead` has its value and what it holds for is done. */
  start(key: string, lead: Lead<Value>): Flight<Value> {
    const flight = new Flight<Value>(() => this.#land(key, flight));
    this.#flights.set(key, flight);
    flight.depart(this.#fly(key, flight, lead));
    return flight;
  }

  /** Callers that come from now on start anew. */
  detach(key: string): void {
    this.#flights.delete(key);
  }

  isUp(key: string, flight: Flight<Value>): boolean {
    return this.#flights.get(key) === flight;
  }

  async #fly(key: string, flight: Flight<Value>, lead: Lead<Value>): Promise<Value> {
    try {
      return await lead(flight);
    } finally {
      const land = () => this.#land(key, flight);
      if (flight.held === undefined) land();
      else flight.held.then(land, land);
    }
  }

  #land(key: string, flight: Flight<Value>): void {
    if (this.isUp(key, flight)) this.#flights.delete(key);
  }
}
