import { ProviderBackOff } from '../adapter/index.ts';
import { isBypass } from '../entry-store/index.ts';
import type { Bypass, BypassReason } from '../events/index.ts';
import { type Flight, Flights, isInsideCallFor } from '../flight/index.ts';
import { loadReplayMiss } from '../inspection/index.ts';
import {
  type Answer,
  answerFollower,
  asHit,
  bypassAnswer,
  CallerAnswer,
  type EventualAnswer,
} from './answer.ts';
import { callOnceAmongProcesses } from './call-provider.ts';
import { DECISIONS } from './decision.ts';
import {
  type FoundAnswer,
  hasAnswer,
  type Lead,
  type LookUp,
  lookUp,
  lookUpForCaller,
  serve,
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
} from './request.ts';
import { renewOnHit } from './store-answer.ts';

/** For these reasons a call is made in every mode: the user, or the endpoint, chose that it is not cached. */
const CALLED_EVEN_IN_REPLAY: ReadonlySet<BypassReason> = new Set<BypassReason>([
  'when',
  'endpoint',
]);

/** Takes one call to its answer: bypass, or address, join, look up, serve or lead. */
export class Pipeline {
  readonly flights = new Flights<FlightResult>();
  readonly #context: PipelineContext;

  constructor(parts: Omit<PipelineContext, 'backOff' | 'flights' | 'startFlight'>) {
    this.#context = {
      ...parts,
      flights: this.flights,
      backOff: new ProviderBackOff(parts.now),
      startFlight: (request) => this.#start(request),
    };
  }

  /** The answer is there at once where the store answers at once. */
  answer<Response>(call: Call<Response>): EventualAnswer<Response> {
    const request = requestOf(this.#context.entries, call);
    return isBypass(request) ? this.#bypassUnkeyed(call, request) : this.#answer(request);
  }

  /** The key of a call; nothing for one that bypasses the cache. */
  keyOf(call: Call<unknown>): string | undefined {
    const request = requestOf(this.#context.entries, call);
    return isBypass(request) ? undefined : request.address.key;
  }

  /** The stored response, without a call, an event or a count; nothing where there is none to serve. */
  async peek<Response>(call: Call<Response>): Promise<Response | undefined> {
    const request = requestOf(this.#context.entries, call);
    if (isBypass(request)) return undefined;
    const { result, state } = await lookUp(this.#context, request);
    // The look-up decoded it with this very call's codec.
    return state === 'expired'
      ? undefined
      : (result?.leaderResponse?.response as Response | undefined);
  }

  /** A flight that is under way is joined before any look-up. */
  #answer<Response>(request: KeyedRequest<Response>): EventualAnswer<Response> {
    const flight = this.#flightOf(request);
    if (flight !== undefined) return this.#join(request, flight);
    const { epoch } = this.flights;
    const found = lookUpForCaller(this.#context, request);
    return found instanceof Promise
      ? found.then((late) => this.#serveOrLead(request, late, epoch))
      : this.#serveOrLead(request, found, epoch);
  }

  /** The flight that the request can join; most often there is none, and an id costs more than to see that. */
  #flightOf(request: KeyedRequest): Flight<FlightResult> | undefined {
    return this.flights.isEmpty ? undefined : this.flights.find(flightIdOf(request));
  }

  #serveOrLead<Response>(
    request: KeyedRequest<Response>,
    found: LookUp,
    endedBefore: number,
  ): EventualAnswer<Response> {
    const served = serveAtOnce(this.#context, request, found);
    if (served !== undefined) return this.#answerLeader(request, served);
    const flight = this.#flightOf(request);
    if (flight !== undefined) return this.#orOlder(request, this.#join(request, flight));
    // Where a flight ended during the look-up, the leader looks again: the answer may be there now.
    const isUpToDate = endedBefore === this.flights.epoch;
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
    if (isInsideCallFor(address.key)) return this.#bypass(call, 'nested');
    const isLate = flight.isComplete;
    const result = await flight.join(call.signal);
    // A caller that wants a new answer does not take one that was there before it asked.
    const isTooOld =
      isLate && call.policy.mode === 'refresh' && result.provided?.isUsable() === true;
    if (isTooOld || isAbandoned(result)) return this.#again(request, flight);
    if (result.shared === undefined) return this.#bypass(call, 'not-shareable');
    return answerFollower(this.#context, request, isLate ? asHit(result) : result);
  }

  #again<Response>(request: KeyedRequest<Response>, flight: Flight<FlightResult>) {
    this.flights.detach(flight);
    return this.#answer(request);
  }

  /** A caller whose time is over takes the older answer, as it does of a provider that is out. */
  async #orOlder<Response>(request: KeyedRequest<Response>, answer: Promise<Answer<Response>>) {
    if (request.call.signal === undefined) return answer;
    return answer.catch(async (error: unknown) => {
      const older = await (await loadStale())?.serveAfterTimeOut(this.#context, request);
      if (older === undefined) throw error;
      return this.#answerLeader(request, older);
    });
  }

  #answerLeader<Response>(request: KeyedRequest<Response>, result: FlightResult) {
    return new CallerAnswer({ request, isLeader: true, at: this.#context.now() }, result);
  }

  #start(request: KeyedRequest, known?: LookUp): Flight<FlightResult> {
    const { key, tags } = request.address;
    return this.flights.start({ id: flightIdOf(request), key, tags }, async (flight) => {
      const found = known ?? (await lookUp(this.#context, request));
      return carryOut(this.#context, { request, flight, found });
    });
  }

  #bypass<Response>(call: KeyedCall<Response>, reason: BypassReason): Promise<Answer<Response>> {
    this.#context.events.emit('bypass', { reason, provider: call.identity.provider });
    return bypass(call);
  }

  async #bypassUnkeyed<Response>(call: Call<Response>, why: Bypass): Promise<Answer<Response>> {
    const { bypass: reason, ...where } = why;
    const { events } = this.#context;
    events.emit('bypass', { reason, ...where });
    if (call.policy.mode === 'replay' && !CALLED_EVEN_IN_REPLAY.has(reason)) {
      events.emit('replay-miss', { reason, ...where });
      const { replayBypass } = await loadReplayMiss();
      throw replayBypass(why);
    }
    return bypass(call);
  }
}

/** Carries out what DECISIONS says, for the request that leads a flight. */
async function carryOut(context: PipelineContext, lead: Lead): Promise<FlightResult> {
  const { request, flight, found } = lead;
  const step = DECISIONS[request.call.policy.mode][found.state];
  if (step === 'refuse') {
    const { replayMiss } = await loadReplayMiss();
    throw await replayMiss(request, context);
  }
  if (step === 'call' || !hasAnswer(found)) return callOnceAmongProcesses(context, lead);
  if (step === 'call-or-serve') return callWithFallback(context, { request, flight, found });
  if (step === 'serve-and-revalidate') void revalidate(context, request);
  else if (context.flights.isCurrent(flight)) void renewOnHit(context, request, found);
  return serve(context, request, found);
}

let stale: typeof import('./stale.ts') | undefined;

/** Loads what only a stale answer needs; nothing where the package was replaced under the running process. */
async function loadStale() {
  stale ??= await import('./stale.ts').catch(() => undefined);
  return stale;
}

async function callWithFallback(context: PipelineContext, lead: Lead<FoundAnswer>) {
  return (
    (await loadStale())?.callWithFallback(context, lead) ?? callOnceAmongProcesses(context, lead)
  );
}

/** In the call itself once the file is loaded, so that no flight that starts now can end unseen. */
async function revalidate(context: PipelineContext, request: KeyedRequest): Promise<void> {
  (stale ?? (await loadStale()))?.revalidate(context, request);
}

/** All readers of a running stream left: what remains of it is not the answer. */
function isAbandoned({ shared }: FlightResult): boolean {
  return shared?.kind === 'recording' && shared.recording.isAbandoned;
}

/** Calls the provider as if there were no cache. */
async function bypass<Response>(call: Call<Response>): Promise<Answer<Response>> {
  const { signal = new AbortController().signal } = call;
  return bypassAnswer(await (call.invokeUncached?.() ?? call.invoke(signal)));
}
