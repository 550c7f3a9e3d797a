import { AsyncLocalStorage } from 'node:async_hooks';
import { abortable } from '../store/index.ts';

/** What a flight is for. */
export interface FlightPlan {
  /** Calls with the same id share one flight. */
  readonly id: string;
  /** Of the entry that the flight reads or writes; flights with different ids may have the same one. */
  readonly key: string;
  /** Tags of that entry. */
  readonly tags: readonly string[];
}

/** One shared call: whoever joins it while it is under way waits for the same result. */
export class Flight<Result> implements FlightPlan {
  readonly id: string;
  readonly key: string;
  readonly tags: readonly string[];
  readonly #onAbandoned: (flight: Flight<Result>) => void;
  #result!: Promise<Result>;
  #openUntil: Promise<unknown> | undefined;
  #waiting = 0;
  #state: 'under-way' | 'complete' | 'abandoned' = 'under-way';
  #controller: AbortController | undefined;

  constructor({ id, key, tags }: FlightPlan, onAbandoned: (flight: Flight<Result>) => void) {
    this.id = id;
    this.key = key;
    this.tags = tags;
    this.#onAbandoned = onAbandoned;
  }

  /** Fires when the last caller has left. No caller's own abort reaches a call that another waits for. */
  get signal(): AbortSignal {
    this.#controller ??= new AbortController(); // made late: a stale answer is served without one
    if (this.#state === 'abandoned') this.#controller.abort();
    return this.#controller.signal;
  }

  /** The result is known. */
  get isComplete(): boolean {
    return this.#state === 'complete';
  }

  /** What the flight stays open for, after its result is known. */
  get openUntil(): Promise<unknown> | undefined {
    return this.#openUntil;
  }

  /** Lets callers join until `promise` has settled: an answer that is still being written can be shared, too. */
  keepOpenUntil(promise: Promise<unknown>): void {
    this.#openUntil = promise;
  }

  /** The flight lasts as long as `result` is awaited. */
  begin(result: Promise<Result>): void {
    this.#result = result;
    const complete = () => {
      if (this.#state === 'under-way') this.#state = 'complete';
    };
    result.then(complete, complete);
  }

  /** The shared result, or a rejection with the reason of the caller's own signal. */
  join(signal: AbortSignal | undefined): Promise<Result> {
    this.#waiting += 1;
    return abortable(this.#result, signal, () => this.#leave());
  }

  /** Nobody waits any more: the call is aborted, and the next caller starts another flight. */
  abandon(): void {
    this.#state = 'abandoned';
    this.#controller?.abort();
    this.#onAbandoned(this);
  }

  #leave(): void {
    this.#waiting -= 1;
    if (this.#waiting === 0 && this.#state === 'under-way') this.abandon();
  }
}

/** At most one flight for each id: whoever finds one joins it, and makes no second call. */
export class Flights<Result> {
  readonly #current = new Map<string, Flight<Result>>();
  #epoch = 0;

  /** Counts the flights that ended or were detached: what was looked up before such an end may be out of date. */
  get epoch(): number {
    return this.#epoch;
  }

  get isEmpty(): boolean {
    return this.#current.size === 0;
  }

  find(id: string): Flight<Result> | undefined {
    return this.#current.get(id);
  }

  /** Starts a flight, which ends when `lead` has its result and nothing keeps the flight open any more. */
  start(plan: FlightPlan, lead: (flight: Flight<Result>) => Promise<Result>): Flight<Result> {
    const flight = new Flight<Result>(plan, (abandoned) => this.detach(abandoned));
    this.#current.set(flight.id, flight);
    flight.begin(this.#run(flight, lead));
    return flight;
  }

  /** Would a caller who comes now join this very flight? */
  isCurrent(flight: Flight<Result>): boolean {
    return this.#current.get(flight.id) === flight;
  }

  /** The next caller starts another flight; who waits for this one still gets its result. */
  detach(flight: Flight<Result>): void {
    if (this.isCurrent(flight)) this.#current.delete(flight.id);
  }

  /** Detaches all flights for an entry, whose results are then not stored. */
  detachKey(key: string): void {
    this.#detachAll(new Set([key]));
  }

  /** Detaches all flights for the entries of a tag. */
  detachTag(tag: string): void {
    const tagged = [...this.#current.values()].filter(({ tags }) => tags.includes(tag));
    this.#detachAll(new Set(tagged.map(({ key }) => key)));
  }

  #detachAll(keys: ReadonlySet<string>): void {
    this.#epoch += 1;
    for (const flight of this.#current.values()) {
      if (keys.has(flight.key)) this.#current.delete(flight.id);
    }
  }

  async #run(
    flight: Flight<Result>,
    lead: (flight: Flight<Result>) => Promise<Result>,
  ): Promise<Result> {
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

/** The keys whose providers are being called on behalf of the code that runs now. */
const ledKeys = new AsyncLocalStorage<readonly string[]>();

let leaders = 0;

/** Runs `call`, which asks the provider for the answer of `key`. */
export async function runAsCallFor<Value>(key: string, call: () => Promise<Value>): Promise<Value> {
  leaders += 1;
  try {
    return await ledKeys.run([...(ledKeys.getStore() ?? []), key], call);
  } finally {
    leaders -= 1;
    // Before Node.js 24 the storage slows down every promise of the process for as long as it is in use.
    if (leaders === 0) ledKeys.disable();
  }
}

/** Does this code run inside a call for the same key? A cached call inside itself would wait for itself. */
export function isInsideCallFor(key: string): boolean {
  return leaders > 0 && (ledKeys.getStore()?.includes(key) ?? false);
}
