import { type Address, isBypass } from '../entry-store/index.ts';
import type { BypassReason, CacheEvents } from '../events/index.ts';
import { type Flight, type Flights, isInsideCallFor } from '../flight/index.ts';
import {
  type Answer,
  bypass,
  bypassUnkeyed,
  CallerAnswer,
  type EventualAnswer,
  isAbandoned,
  ownFailure,
} from './answer.ts';
import { leadFlight, loadStale } from './leader.ts';
import {
  type LookUp,
  lookUp,
  lookUpForCaller,
  lookUpNow,
  rewriteOnHit,
  serveAtOnce,
} from './look-up.ts';
import {
  type Call,
  type FlightResult,
  flightIdOf,
  type KeyedCall,
  type KeyedRequest,
  type PipelineContext,
  requestOf,
  wantedBypass,
} from './request.ts';

/** Answers calls. Each of them bypasses the cache, joins a flight, is served from the store, or leads a flight. */
export class Pipeline {
  readonly flights: Flights<FlightResult>;
  readonly #context: PipelineContext;
  #lastCall = 0;

  constructor(parts: Omit<PipelineContext, 'calledNow' | 'startFlight'>) {
    this.flights = parts.flights;
    this.#context = {
      ...parts,
      calledNow: () => this.calledNow(),
      startFlight: (request) => this.#start(request),
    };
  }

  /** Returns the answer without a promise if a synchronous store has it. */
  answer<Response>(call: Call<Response>): EventualAnswer<Response> {
    const request = requestOf(this.#context.entries, call);
    if (isBypass(request)) return bypassUnkeyed(this.#context.events, call, request);
    return call.bypass === undefined ? this.#answer(request) : this.#answerIfWanted(request);
  }

  /**
   * The answer, if a synchronous store has it and nothing more is to be done for it. Undefined otherwise, and then nothing
   * has been done: `answer` does it. So a caller makes what only a longer way needs, such as a signal, when it is needed.
   */
  answerAtOnce<Response>(call: Call<Response>): Answer<Response> | undefined {
    const request = requestOf(this.#context.entries, call);
    if (isBypass(request) || call.bypass !== undefined) return undefined;
    if (this.#flightOf(request) !== undefined) return undefined;
    const found = lookUpNow(this.#context, request);
    const served = found && serveAtOnce(this.#context, request, found);
    return served && this.#answerLeader(request, served);
  }

  /** Where the entry of a call is stored, for later calls with the same identity and policy. Undefined for a call that bypasses the cache. */
  addressOf(call: Call<unknown>): Address | undefined {
    const request = requestOf(this.#context.entries, call);
    return isBypass(request) ? undefined : request.address;
  }

  /** The user's `when` is async. */
  async #answerIfWanted<Response>(request: KeyedRequest<Response>): Promise<Answer<Response>> {
    const { call } = request;
    const reason = await wantedBypass(call);
    if (reason === undefined) return this.#answer(request);
    const { provider } = call.identity;
    return bypassUnkeyed(this.#context.events, call, { bypass: reason, provider });
  }

  /** Says what became of a request for many items, whose items were answered one by one. */
  countBatch(event: CacheEvents['batch'], saved: readonly CacheEvents['call-saved'][]): void {
    for (const each of saved) this.#context.events.emit('call-saved', each);
    this.#context.events.emit('batch', event);
  }

  /** The key of a call. Undefined for a call that bypasses the cache. */
  keyOf(call: Call<unknown>): string | undefined {
    return this.addressOf(call)?.key;
  }

  /** The stored response, without a call, an event or a count. Undefined if there is none to serve. */
  async peek<Response>(call: Call<Response>): Promise<Response | undefined> {
    const request = requestOf(this.#context.entries, call);
    if (isBypass(request) || (await wantedBypass(call)) !== undefined) return undefined;
    const { result, state } = await lookUp(this.#context, request);
    // The type is right, because the look-up decoded the response with the codec of this call.
    if (state === 'expired') return undefined;
    return result?.leaderResponse?.response as Response | undefined;
  }

  /** Joins a flight that is under way. Looks the entry up only if there is no such flight. */
  #answer<Response>(request: KeyedRequest<Response>): EventualAnswer<Response> {
    const flight = this.#flightOf(request);
    if (flight !== undefined) return this.#orOlder(request, this.#join(request, flight));
    const { epoch } = this.flights;
    const found = lookUpForCaller(this.#context, request);
    if (!(found instanceof Promise)) return this.#serveOrLead(request, found, epoch);
    request.call.keepRequest?.();
    return found.then((late) => this.#serveOrLead(request, late, epoch));
  }

  /** The flight that the request can join. Most often there is no flight at all, and then no id has to be made. */
  #flightOf(request: KeyedRequest): Flight<FlightResult> | undefined {
    if (this.flights.isEmpty) return undefined;
    return this.flights.find(flightIdOf(request), request.call.policy.callTimeout);
  }

  #serveOrLead<Response>(
    request: KeyedRequest<Response>,
    found: LookUp,
    epochBefore: number,
  ): EventualAnswer<Response> {
    const served = serveAtOnce(this.#context, request, found);
    if (served !== undefined) return this.#answerLeader(request, served);
    request.call.keepRequest?.();
    const flight = this.#flightOf(request);
    if (flight !== undefined) return this.#orOlder(request, this.#join(request, flight));
    // If a flight ended during the look-up, its answer may be stored now, so the leader looks again.
    const isUpToDate = epochBefore === this.flights.epoch;
    return this.#orOlder(request, this.#lead(request, isUpToDate ? found : undefined));
  }

  async #lead<Response>(request: KeyedRequest<Response>, found: LookUp | undefined) {
    const flight = this.#start(request, found);
    const result = await flight.join(request.call.signal);
    return isAbandoned(result) ? this.#again(request, flight) : this.#answerLeader(request, result);
  }

  async #join<Response>(
    request: KeyedRequest<Response>,
    flight: Flight<FlightResult>,
  ): Promise<Answer<Response>> {
    const { call, address } = request;
    call.keepRequest?.();
    if (followers === undefined) void loadFollowers(); // while the call is under way
    if (isInsideCallFor(address.key)) return this.#bypass(call, 'nested');
    const { now } = this.#context;
    const asked = { isLate: flight.isComplete, at: now(), askedAt: performance.now() };
    const lacked = address.tags.filter((tag) => !flight.tags.has(tag));
    // Nobody knows whether the flight began before these tags were invalidated.
    if (lacked.length > 0 && (await this.#context.entries.tags.haveChanged(lacked))) {
      return this.#again(request, flight);
    }
    for (const tag of lacked) flight.tags.add(tag);
    const result = await flight
      .join(call.signal, call.policy.callTimeout)
      .catch((error) => ownFailure(request, flight, error));
    if (result === undefined || result.isRefusal) return this.#afterFailure(request, flight);
    const addTags = () => rewriteOnHit(this.#context, request);
    if (lacked.length > 0) flight.openUntil?.then(addTags).catch(() => {}); // it is then not stored
    const follower = { request, flight, ...asked };
    const loaded = followers ?? (await loadFollowers());
    const answer = await loaded?.answerFollower(this.#context, follower, result);
    if (answer === 'not-shareable') return this.#bypass(call, answer);
    return answer ?? this.#again(request, flight);
  }

  /** Of two calls that begin in one millisecond, the second has the later instant. A clock that was set back is followed. */
  calledNow(): number {
    const now = this.#context.now();
    const isSame = now <= this.#lastCall && this.#lastCall - now < 1;
    this.#lastCall = isSame ? this.#lastCall + 1 / 1_024 : now;
    return this.#lastCall;
  }

  #again<Response>(request: KeyedRequest<Response>, flight: Flight<FlightResult>) {
    this.flights.detach(flight);
    return this.#answer(request);
  }

  /** A caller whose leader failed calls once more, with the others that waited. If that fails too, each calls for itself. */
  #afterFailure<Response>(request: KeyedRequest<Response>, flight: Flight<FlightResult>) {
    this.flights.detach(flight);
    if (request.isSecondTry === true) return this.#lead(request, undefined);
    return this.#answer({ ...request, isSecondTry: true });
  }

  /** A caller whose time-out ended its wait gets the older answer, as it would if the provider were out. */
  #orOlder<Response>(request: KeyedRequest<Response>, answer: Promise<Answer<Response>>) {
    if (request.call.signal === undefined) return answer;
    const askedAt = performance.now();
    return answer.catch(async (error: unknown) => {
      const older = await (await loadStale())?.serveAfterTimeOut(this.#context, request, askedAt);
      if (older === undefined) throw error;
      return this.#answerLeader(request, older);
    });
  }

  #answerLeader<Response>(request: KeyedRequest<Response>, result: FlightResult) {
    const context = this.#context;
    return new CallerAnswer({ context, request, isLeader: true, at: context.now() }, result);
  }

  #start(request: KeyedRequest, known?: LookUp): Flight<FlightResult> {
    const { key, tags } = request.address;
    const { callTimeout } = request.call.policy;
    const plan = { id: flightIdOf(request), key, tags, callTimeout };
    return this.flights.start(plan, (flight) => {
      const lead = (found: LookUp) => leadFlight(this.#context, { request, flight, found });
      const found = known ?? lookUp(this.#context, request);
      return found instanceof Promise ? found.then(lead) : lead(found);
    });
  }

  #bypass<Response>(call: KeyedCall<Response>, reason: BypassReason): Promise<Answer<Response>> {
    const { identity, item } = call;
    this.#context.events.emit('bypass', { reason, provider: identity.provider, item });
    return bypass(call, reason);
  }
}

let followers: typeof import('./follower.ts') | undefined;

/** Loads what only a request needs that joins a flight. Undefined if the import fails: it then asks anew. */
async function loadFollowers() {
  followers ??= await import('./follower.ts').catch(() => undefined);
  return followers;
}
