import { type Address, addressOf, type EntryStore, isBypass } from '../entry-store/index.ts';
import type { Bypass, BypassReason, CacheEventEmitter } from '../events/index.ts';
import { type Flight, isLeading } from '../flight/index.ts';
import { replayBypass } from '../inspection/index.ts';
import {
  type Answer,
  type Answered,
  asHit,
  bypassAnswer,
  follow,
  isTorso,
  type Landed,
  SharedAnswer,
} from './answer.ts';
import { type LedFlightsParts, ledFlights } from './lead.ts';
import { firstLook, type Look, type Looked, lookUp, servedAtOnce } from './look-up.ts';
import type { Asking, Call, Request } from './request.ts';
import type { RequestFlights } from './request-flights.ts';

/** Calls the provider as if there were no cache. */
async function goPast<Response>(call: Asking<Response>): Promise<Answer<Response>> {
  const { signal = new AbortController().signal } = call;
  return bypassAnswer(await (call.pass?.() ?? call.invoke(signal)));
}

/** Looked up first, and one flight a key for what is not there: led by the first, followed by the rest. */
export class Pipeline {
  readonly #parts: LedFlightsParts;
  readonly flights: RequestFlights;

  constructor(parts: LedFlightsParts) {
    this.#parts = parts;
    this.flights = ledFlights(parts);
  }

  /** In the call itself where the store answers so. A flight that is up is joined before any look-up. */
  answer<Response>(call: Call<Response>, address: Address): Answered<Response> {
    const running = this.flights.find({ call, address });
    if (running !== undefined) return this.#join(call, address, running);
    const look = firstLook(this.#parts, { call, address });
    return look instanceof Promise
      ? this.#answerLater(call, address, look)
      : this.#serveOrFly(call, { call, address, look });
  }

  /** What others did meanwhile counts: who leads looks again where a flight has ended, and has its answer then. */
  async #answerLater<Response>(call: Call<Response>, address: Address, looking: Promise<Look>) {
    const { ended } = this.flights;
    const look = await looking;
    const isCurrent = ended === this.flights.ended;
    return this.#serveOrFly(call, { call, address, look }, isCurrent);
  }

  #serveOrFly<Response>(
    call: Call<Response>,
    looked: Looked,
    isCurrent = true,
  ): Answered<Response> {
    const { address } = looked;
    const landed = servedAtOnce(this.#parts, looked);
    if (landed !== undefined) return this.#own(call, address, landed);
    const running = this.flights.find(looked);
    if (running !== undefined) return this.#join(call, address, running);
    const request = isCurrent ? looked : { call, address };
    return this.#lead(call, address, this.flights.start(request));
  }

  async #lead<Response>(call: Call<Response>, address: Address, flight: Flight<Landed>) {
    const landed = await flight.board(call.signal);
    if (!isTorso(landed.captured)) return this.#own(call, address, landed);
    return this.#again(call, address, flight);
  }

  async #join<Response>(call: Call<Response>, address: Address, flight: Flight<Landed>) {
    if (isLeading(address.key)) return this.#goPast(call, 'nested');
    const isLate = flight.hasLanded;
    const landed = await flight.board(call.signal);
    // Who wants a new answer does not take one that was there before it asked.
    const isSpent = isLate && call.policy.mode === 'refresh' && landed.arrival?.isKept() === true;
    if (isSpent || isTorso(landed.captured)) return this.#again(call, address, flight);
    return this.#follow(call, address, isLate ? asHit(landed) : landed);
  }

  #again<Response>(call: Call<Response>, address: Address, flight: Flight<Landed>) {
    this.flights.end(flight, { call, address });
    return this.answer(call, address);
  }

  #own<Response>(call: Call<Response>, { key }: Address, landed: Landed): Answer<Response> {
    return new SharedAnswer(call, landed, { key, leads: true, at: this.#parts.now() });
  }

  /** What the store holds for a request, without a call, an event or a count. */
  look(request: Request): Look | Promise<Look> {
    return lookUp(request, this.#parts);
  }

  #follow<Response>(call: Call<Response>, address: Address, landed: Landed) {
    const { events, now } = this.#parts;
    if (landed.captured === undefined) return this.#goPast(call, 'not-shareable');
    return follow(events, call, { address, landed, at: now() });
  }

  #goPast<Response>(call: Call<Response>, reason: BypassReason): Promise<Answer<Response>> {
    this.#parts.events.emit('bypass', { reason, provider: call.identity.provider });
    return goPast(call);
  }
}

export interface AnsweringParts {
  readonly entries: EntryStore;
  readonly pipeline: Pipeline;
  readonly events: CacheEventEmitter;
}

/** What the user, or the endpoint, takes out of the cache's hands is called in every mode. */
const LIVE: ReadonlySet<BypassReason> = new Set<BypassReason>(['when', 'endpoint']);

/** What doors ask of a cache: each request has an address, or goes past it. */
export class Answering {
  readonly #entries: EntryStore;
  readonly #pipeline: Pipeline;
  readonly #events: CacheEventEmitter;

  constructor({ entries, pipeline, events }: AnsweringParts) {
    this.#entries = entries;
    this.#pipeline = pipeline;
    this.#events = events;
  }

  /** Takes one request through the cache. Doors build the call; see `cachedLlmCall` for functions. */
  answer<Response>(call: Asking<Response>): Answered<Response> {
    const address = addressOf(this.#entries, call.identity, call.policy);
    if (isBypass(address)) return this.#goPast(call, address);
    // An identity that is a bypass has no address.
    return this.#pipeline.answer(call as Call<Response>, address);
  }

  /** The key of a call; nothing for one that goes past the cache. */
  keyOf({ identity, policy }: Asking<unknown>): string | undefined {
    const address = addressOf(this.#entries, identity, policy);
    return isBypass(address) ? undefined : address.key;
  }

  /** The stored response, without a call, an event or a count; nothing where there is none to serve. */
  async peek<Response>(call: Asking<Response>): Promise<Response | undefined> {
    const address = addressOf(this.#entries, call.identity, call.policy);
    if (isBypass(address)) return undefined;
    const { answer, state } = await this.#pipeline.look({
      call: call as Call<Response>,
      address,
    }); // has an address
    // The look-up decoded it with this very call's codec.
    return state === 'expired' ? undefined : (answer?.own?.response as Response | undefined);
  }

  async #goPast<Response>(call: Asking<Response>, why: Bypass): Promise<Answer<Response>> {
    const { bypass, ...where } = why;
    this.#events.emit('bypass', { reason: bypass, ...where });
    if (call.policy.mode === 'replay' && !LIVE.has(bypass)) {
      this.#events.emit('replay-miss', { reason: bypass, ...where });
      throw replayBypass(why);
    }
    return goPast(call);
  }
}
