import type { Address } from '../effects/entry-store.ts';
import type { Flight } from '../effects/flight.ts';
import type { BypassReason } from '../words/events.ts';
import { type Answer, SharedAnswer } from './answer.ts';
import { BackOff } from './back-off.ts';
import type { Call } from './call.ts';
import { follow } from './follow.ts';
import { goPast } from './go-past.ts';
import type { Landed } from './landed.ts';
import { asHit, isTorso } from './late-answer.ts';
import { Leader } from './leader.ts';
import { Leadership, type LeadershipParts } from './leadership.ts';
import { isLeading } from './leading.ts';
import { type Look, lookUp } from './look-up.ts';
import type { ReplayMissParts } from './replay-miss.ts';
import type { Request } from './request.ts';
import { RequestFlights } from './request-flights.ts';
import { Revalidation } from './revalidation.ts';
import { serveNow } from './serve-now.ts';

export interface PipelineParts extends LeadershipParts, ReplayMissParts {}

type Answered<Response> = Answer<Response> | Promise<Answer<Response>>;

/** One flight a key: joined before the look-up, led by the first, followed by the rest. */
export class Pipeline {
  readonly #parts: PipelineParts;
  readonly flights: RequestFlights;

  constructor(parts: PipelineParts) {
    this.#parts = parts;
    const leadership = new Leadership(parts);
    const backOff = new BackOff(parts.now);
    const leader = new Leader({
      ...parts,
      leadership,
      backOff,
      revalidate: (request) => revalidation.start(request),
      isCurrent: (flight, request) => this.flights.isCurrent(flight, request),
    });
    this.flights = new RequestFlights((request, flight) => leader.lead(request, flight));
    const revalidation = new Revalidation({ flights: this.flights, backOff, leadership });
  }

  /** In the call itself where the store answers so; else by a flight, joined before the look-up. */
  answer<Response>(call: Call<Response>, address: Address): Answered<Response> {
    const request = { call, address };
    const running = this.flights.find(request);
    if (running !== undefined) return this.#join(call, address, running);
    const { look, landed } = serveNow(this.#parts, request);
    if (landed !== undefined) return this.#own(call, address, landed);
    return this.#lead(call, address, this.flights.start({ ...request, look }));
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
  look(request: Request): Promise<Look> {
    return lookUp(request, this.#parts);
  }

  #follow<Response>(call: Call<Response>, address: Address, landed: Landed) {
    const { reporter, now } = this.#parts;
    if (landed.captured === undefined) return this.#goPast(call, 'not-shareable');
    return follow(reporter, call, { address, landed, at: now() });
  }

  #goPast<Response>(call: Call<Response>, reason: BypassReason): Promise<Answer<Response>> {
    this.#parts.reporter.tell('bypass', { reason, provider: call.identity.provider });
    return goPast(call);
  }
}
