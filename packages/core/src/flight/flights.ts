import { AsyncLocalStorage } from 'node:async_hooks';
import { isWorkers } from '../options/index.ts';
import { Flight, type FlightPlan } from './flight.ts';

/** The keys of the calls that the running code is a part of. */
const ledKeys = new AsyncLocalStorage<readonly string[]>();

let runningCalls = 0;

/**
 * Runs `call`, which calls the provider for the entries of `keys`.
 *
 * @param whenLeft calls its argument when no caller waits any more: the call may never settle
 */
export function runAsCallFor<Value>(
  keys: readonly string[],
  whenLeft: (end: () => void) => void,
  call: () => Promise<Value>,
): Promise<Value> {
  let isRunning = true;
  const end = () => {
    if (isRunning) runningCalls -= 1;
    isRunning = false;
    // Before Node.js 24 the storage slows down every promise of the process for as long as it is in use.
    if (runningCalls === 0 && !isWorkers) ledKeys.disable(); // Workers have no such method
  };
  runningCalls += 1;
  whenLeft(end);
  try {
    const running = ledKeys.run([...(ledKeys.getStore() ?? []), ...keys], call);
    running.then(end, end);
    return running;
  } catch (error) {
    end();
    throw error;
  }
}

/** The key of the innermost call that the running code is a part of. */
export function innermostKey(): string | undefined {
  return ledKeys.getStore()?.at(-1);
}

/** Does this code run inside a call for the same key? A call that joined its own flight would wait for itself. */
export function isInsideCallFor(key: string): boolean {
  return runningCalls > 0 && (ledKeys.getStore()?.includes(key) ?? false);
}

/** Does the work of a flight. */
type Leading<Result> = (flight: Flight<Result>) => Result | Promise<Result>;

/** The flights that callers can join: at most one for each id. */
export class Flights<Result> {
  readonly #joinable = new Map<string, Flight<Result>>();
  /** All flights whose answers may be stored, by the keys of their entries. */
  readonly #current = new Map<string, Set<Flight<Result>>>();
  /** Lets the platform wait for work that may outlive its request. Undefined where a process lives on. */
  waitUntil: ((work: Promise<unknown>) => void) | undefined;
  #epoch = 0;
  #started = 0;

  /** Grows when flights end or are detached. What was looked up in an earlier epoch may be old. */
  get epoch(): number {
    return this.#epoch;
  }

  get isEmpty(): boolean {
    return this.#joinable.size === 0;
  }

  /** The flight that a caller can join who waits for so many milliseconds at most. */
  find(id: string, patience = Number.POSITIVE_INFINITY): Flight<Result> | undefined {
    const flight = this.#joinable.get(id);
    if (flight?.isOlderThan(patience) !== true) return flight;
    this.retire(id);
    return undefined;
  }

  /** Starts a flight, which ends when `lead` has its result and nothing keeps the flight open any more. */
  start(plan: FlightPlan, lead: Leading<Result>): Flight<Result> {
    this.#started += 1;
    const numbered = { ...plan, order: this.#started };
    const flight = new Flight<Result>(numbered, (abandoned) => this.detach(abandoned));
    const { id, key } = flight;
    this.#joinable.set(id, flight);
    const others = this.#current.get(key);
    if (others === undefined) this.#current.set(key, new Set([flight]));
    else others.add(flight);
    const running = this.#run(flight, lead);
    flight.begin(running);
    this.waitUntil?.(running.then(() => flight.openUntil));
    return flight;
  }

  /** May its answer be stored? */
  isCurrent(flight: Flight<Result>): boolean {
    return this.#current.get(flight.key)?.has(flight) === true;
  }

  /** Lets nobody join a flight that takes too long. Its answer is stored if nothing newer is. */
  retire(id: string): void {
    this.#joinable.delete(id);
  }

  /** Lets the next caller start another flight. Callers that wait for this one still get its result, which is not stored. */
  detach(flight: Flight<Result>): void {
    const { id, key } = flight;
    if (this.#joinable.get(id) === flight) this.retire(id);
    const flights = this.#current.get(key);
    flights?.delete(flight);
    if (flights?.size === 0) this.#current.delete(key);
  }

  /** Detaches the flights for the same entry that began before this one: an older answer is not stored over a newer one. */
  detachOlder(newer: Flight<Result>): void {
    for (const flight of this.#current.get(newer.key) ?? []) {
      if (flight.order < newer.order) this.detach(flight);
    }
  }

  /** Detaches all flights for an entry, whose results are then not stored. */
  detachKey(key: string): void {
    this.#epoch += 1;
    for (const flight of this.#current.get(key) ?? []) this.detach(flight);
  }

  /** Detaches all flights for the entries of a tag. */
  detachTag(tag: string): void {
    this.#epoch += 1;
    for (const [key, flights] of this.#current) {
      if ([...flights].some(({ tags }) => tags.has(tag))) this.detachKey(key);
    }
  }

  async #run(flight: Flight<Result>, lead: Leading<Result>): Promise<Result> {
    const end = () => {
      this.detach(flight);
      this.#epoch += 1;
    };
    try {
      return await lead(flight);
    } finally {
      if (flight.openUntil === undefined) end();
      else flight.openUntil.then(end, end);
    }
  }
}
