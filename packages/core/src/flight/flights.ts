import { AsyncLocalStorage } from 'node:async_hooks';
import { abortable } from '../store/index.ts';

/** What a flight is for. */
export interface FlightPlan {
  /** Requests with the same id share one flight. */
  readonly id: string;
  /** The key of the entry that the flight reads or writes. Flights with different ids may have the same key. */
  readonly key: string;
  /** Tags of that entry. */
  readonly tags: Iterable<string>;
}

/** One call for many callers. Each caller that joins it waits for the same result. */
export class Flight<Result> implements FlightPlan {
  readonly id: string;
  readonly key: string;
  /** Counts the flights: a later one has a higher number. */
  readonly order: number;
  /** The tags of the entry, with those of all callers that joined. */
  readonly tags: Set<string>;
  readonly #onAbandoned: (flight: Flight<Result>) => void;
  #result!: Promise<Result>;
  #openUntil: Promise<unknown> | undefined;
  #waiting = 0;
  #state: 'under-way' | 'complete' | 'abandoned' = 'under-way';
  #controller: AbortController | undefined;

  constructor(
    { id, key, tags, order }: FlightPlan & { readonly order: number },
    onAbandoned: (flight: Flight<Result>) => void,
  ) {
    this.id = id;
    this.order = order;
    this.key = key;
    this.tags = new Set(tags);
    this.#onAbandoned = onAbandoned;
  }

  /** Fires when the last caller has left. A caller's own abort never ends a call that another caller waits for. */
  get signal(): AbortSignal {
    this.#controller ??= new AbortController(); // made when it is first read, because a stale answer is served without one
    if (this.#state === 'abandoned') this.#controller.abort();
    return this.#controller.signal;
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

  /** The shared result, or a rejection with the reason of the caller's own signal. */
  join(signal: AbortSignal | undefined): Promise<Result> {
    this.#waiting += 1;
    return abortable(this.#result, signal, () => this.#leave());
  }

  /** Aborts the call, because no caller waits for it. The next caller starts another flight. */
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

/** The flights that callers can join: at most one for each id. */
export class Flights<Result> {
  readonly #current = new Map<string, Flight<Result>>();
  #epoch = 0;
  #started = 0;

  /** Grows when flights end or are detached. What was looked up in an earlier epoch may be out of date. */
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
    this.#started += 1;
    const numbered = { ...plan, order: this.#started };
    const flight = new Flight<Result>(numbered, (abandoned) => this.detach(abandoned));
    this.#current.set(flight.id, flight);
    flight.begin(this.#run(flight, lead));
    return flight;
  }

  /** Would a caller who comes now join this very flight? */
  isCurrent(flight: Flight<Result>): boolean {
    return this.#current.get(flight.id) === flight;
  }

  /** Lets the next caller start another flight. Callers that wait for this one still get its result. */
  detach(flight: Flight<Result>): void {
    if (this.isCurrent(flight)) this.#current.delete(flight.id);
  }

  /** Detaches the flights for the same entry that began before this one: an older answer is not stored over a newer one. */
  detachOlder(newer: Flight<Result>): void {
    for (const flight of this.#current.values()) {
      if (flight.key === newer.key && flight.order < newer.order) this.detach(flight);
    }
  }

  /** Detaches all flights for an entry, whose results are then not stored. */
  detachKey(key: string): void {
    this.#detachAll(new Set([key]));
  }

  /** Detaches all flights for the entries of a tag. */
  detachTag(tag: string): void {
    const tagged = [...this.#current.values()].filter(({ tags }) => tags.has(tag));
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

/** The keys of the calls that the running code is a part of. */
const ledKeys = new AsyncLocalStorage<readonly string[]>();

let runningCalls = 0;

/** Runs `call`, which calls the provider for the entries of `keys`. */
export async function runAsCallFor<Value>(
  keys: readonly string[],
  call: () => Promise<Value>,
): Promise<Value> {
  runningCalls += 1;
  try {
    return await ledKeys.run([...(ledKeys.getStore() ?? []), ...keys], call);
  } finally {
    runningCalls -= 1;
    // Before Node.js 24 the storage slows down every promise of the process for as long as it is in use.
    if (runningCalls === 0) ledKeys.disable();
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
