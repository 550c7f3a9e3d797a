import { AsyncLocalStorage } from 'node:async_hooks';
import { Flight } from './flight.ts';

/** The keys whose provider is being called on behalf of which this code runs. */
const keys = new AsyncLocalStorage<readonly string[]>();

let running = 0;

/** Calls the provider for `key`. */
export async function leading<Value>(key: string, call: () => Promise<Value>): Promise<Value> {
  running += 1;
  try {
    return await keys.run([...(keys.getStore() ?? []), key], call);
  } finally {
    running -= 1;
    // Before Node.js 24 it slows down every promise of the process for as long as it is in use.
    if (running === 0) keys.disable();
  }
}

/** Is this very request being led further out? A cache inside a cached call would wait for itself. */
export function isLeading(key: string): boolean {
  return running > 0 && (keys.getStore()?.includes(key) ?? false);
}

type Lead<Value> = (flight: Flight<Value>) => Promise<Value>;

const nothing = (): void => {};

/** One flight a key: whoever asks for it while it is up joins, and makes no second call. */
export class SingleFlight<Value> {
  readonly #flights = new Map<string, Flight<Value>>();

  get isEmpty(): boolean {
    return this.#flights.size === 0;
  }

  /** The flight that is up for `key`, or nothing. */
  find(key: string): Flight<Value> | undefined {
    return this.#flights.get(key);
  }

  /** Starts a flight for `key`, which ends when `lead` has its value and what it holds for is done. */
  start(key: string, lead: Lead<Value>, onEnd = nothing): Flight<Value> {
    const flight = new Flight<Value>(() => this.#land(key, flight));
    this.#flights.set(key, flight);
    flight.depart(
      this.#fly(flight, lead, () => {
        this.#land(key, flight);
        onEnd();
      }),
    );
    return flight;
  }

  /** Callers that come from now on start anew. */
  detach(key: string): void {
    this.#flights.delete(key);
  }

  isUp(key: string, flight: Flight<Value>): boolean {
    return this.#flights.get(key) === flight;
  }

  async #fly(flight: Flight<Value>, lead: Lead<Value>, end: () => void): Promise<Value> {
    try {
      return await lead(flight);
    } finally {
      // An answer that is still being written can be joined, too.
      if (flight.held === undefined) end();
      else flight.held.then(end, end);
    }
  }

  #land(key: string, flight: Flight<Value>): void {
    if (this.isUp(key, flight)) this.#flights.delete(key);
  }
}
