import { type Flight, SingleFlight } from '../flight/index.ts';
import type { Landed } from './answer.ts';
import type { Request } from './request.ts';

type Lead = (request: Request, flight: Flight<Landed>) => Promise<Landed>;

/**
 * Requests in different modes, or for an answer in different forms, want different things of a flight. No key has
 * a space; the usual one is asked for several times a flight, and is itself: another text takes as long as all else.
 */
function keyOf({ call: { policy, identity }, address: { key } }: Request): string {
  const isUsual = policy.mode === 'read-write' && identity.form === undefined;
  return isUsual ? key : `${key} ${policy.mode} ${identity.form ?? ''}`;
}

/** The flights of requests, by key and by tag. */
export class RequestFlights {
  readonly #flights = new SingleFlight<Landed>();
  readonly #underWay = new Set<Request>();
  readonly #lead: Lead;
  #ended = 0;

  constructor(lead: Lead) {
    this.#lead = lead;
  }

  /** A count of flights that ended, or were cut off: what was looked up before one did may be of yesterday. */
  get ended(): number {
    return this.#ended;
  }

  find(request: Request): Flight<Landed> | undefined {
    // Most often none is up, and a name for it costs more than to see that.
    return this.#flights.isEmpty ? undefined : this.#flights.find(keyOf(request));
  }

  start(request: Request): Flight<Landed> {
    this.#underWay.add(request);
    const lead = (flight: Flight<Landed>) => this.#lead(request, flight);
    return this.#flights.start(keyOf(request), lead, () => {
      this.#underWay.delete(request);
      this.#ended += 1;
    });
  }

  /** Is this flight still the one for its key? */
  isCurrent(flight: Flight<Landed>, request: Request): boolean {
    return this.#flights.isUp(keyOf(request), flight);
  }

  /** Whoever asks from now on starts anew; other flights of the key are left alone. */
  end(flight: Flight<Landed>, request: Request): void {
    if (this.isCurrent(flight, request)) this.#flights.detach(keyOf(request));
  }

  /** Whoever asks from now on gets a call of its own, and what is under way is not stored. */
  detach(key: string): void {
    this.#detachAll(new Set([key]));
  }

  /** The same for every request under way with this tag. */
  detachTag(tag: string): void {
    const tagged = [...this.#underWay].filter(({ address }) => address.tags.includes(tag));
    this.#detachAll(new Set(tagged.map(({ address }) => address.key)));
  }

  #detachAll(keys: ReadonlySet<string>): void {
    this.#ended += 1;
    for (const request of this.#underWay) {
      if (keys.has(request.address.key)) this.#flights.detach(keyOf(request));
    }
  }
}
