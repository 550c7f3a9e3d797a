import { ProviderBackOff } from '../adapter/index.ts';
import type { Flight } from '../flight/index.ts';
import { type ReplayMissParts, replayMiss } from '../inspection/index.ts';
import type { Landed } from './answer.ts';
import { DECISIONS } from './decision.ts';
import { Leadership, type LeadershipParts } from './leadership.ts';
import { isAnswered, type Look, lookUp, serve } from './look-up.ts';
import { ProviderCall, type ProviderCallParts } from './call-provider.ts';
import { eventOf, type Request } from './request.ts';
import { RequestFlights } from './request-flights.ts';
import { Fallback, Revalidation } from './stale.ts';
import { Keeper } from './store-answer.ts';

interface LeaderParts extends ProviderCallParts, ReplayMissParts {
  readonly leadership: Leadership;
  /** Calls the provider behind an answer. */
  readonly revalidate: (request: Request) => void;
}

/** Takes the request that leads a flight to its answer, as DECISIONS says. */
class Leader {
  readonly #parts: LeaderParts;
  readonly #provider: ProviderCall;
  readonly #fallback: Fallback;
  readonly #keeper: Keeper;

  constructor(parts: LeaderParts) {
    this.#parts = parts;
    this.#provider = new ProviderCall(parts);
    this.#fallback = new Fallback({ ...parts, provider: this.#provider });
    this.#keeper = new Keeper(parts.entries, parts.events, parts.now);
  }

  async lead(request: Request, flight: Flight<Landed>): Promise<Landed> {
    const look = request.look ?? (await lookUp(request, this.#parts));
    const step = DECISIONS[request.call.policy.mode][look.state];
    if (step === 'refuse') throw await replayMiss(request, this.#parts);
    if (step === 'call' || !isAnswered(look)) return this.#callAlone(request, look, flight);
    if (step === 'call-or-serve') return this.#fallback.callOrServe(request, look, flight);
    if (step === 'serve-and-revalidate') this.#parts.revalidate(request);
    else if (this.#parts.isCurrent(flight, request)) this.#renew(request, look);
    return serve(this.#parts, request, look);
  }

  #renew(request: Request, { entry, tagStates, state }: Look): void {
    if (!request.call.policy.renewOnHit || state !== 'fresh' || entry === undefined) return;
    void this.#keeper.renew({ ...request, tagStates }, entry);
  }

  /** Among all processes that share the store, where it has leases. */
  async #callAlone(request: Request, look: Look, flight: Flight<Landed>): Promise<Landed> {
    const { leadership } = this.#parts;
    if (!leadership.isShared(request)) return this.#call(request, look, flight);
    const { look: newest, lease } = await leadership.win(request, look, flight);
    const landing = this.#serveOrCall(request, newest, flight);
    if (lease !== undefined) leadership.keep(lease, request, { flight, landing });
    return landing;
  }

  /** What another process led may be in the store by now. */
  async #serveOrCall(request: Request, look: Look, flight: Flight<Landed>): Promise<Landed> {
    const isLed = look.state === 'fresh' && isAnswered(look);
    return isLed ? serve(this.#parts, request, look) : this.#call(request, look, flight);
  }

  async #call(request: Request, look: Look, flight: Flight<Landed>): Promise<Landed> {
    if (request.isBehind !== true) this.#parts.events.emit('miss', eventOf(request));
    return this.#provider.arrive(request, look, {
      flight,
      ...(await this.#provider.attempt(request, flight)),
    });
  }
}

export interface LedFlightsParts extends LeadershipParts, ReplayMissParts {}

/** Flights of requests, with whoever leads each one to its answer, and calls the provider again behind a stale one. */
export function ledFlights(parts: LedFlightsParts): RequestFlights {
  const leadership = new Leadership(parts);
  const backOff = new ProviderBackOff(parts.now);
  const leader = new Leader({
    ...parts,
    leadership,
    backOff,
    revalidate: (request) => revalidation.start(request),
    isCurrent: (flight, request) => flights.isCurrent(flight, request),
  });
  const flights = new RequestFlights((request, flight) => leader.lead(request, flight));
  const revalidation = new Revalidation({ flights, backOff, leadership });
  return flights;
}
