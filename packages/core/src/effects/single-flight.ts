import { Flight } from './flight.ts';

type Lead<Value> = (flight: Flight<Value>) => Promise<Value>;

/** Joined before the look-up: looking first and joining after made two calls where this makes one. */
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
