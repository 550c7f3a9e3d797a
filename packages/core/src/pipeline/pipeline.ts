import type { Address } from '../entry-store/entry-store.ts';
import type { BypassReason } from '../events/events.ts';
import type { Flight } from '../flight/flight.ts';
import { isLeading } from '../flight/leading.ts';
import type { RequestFlights } from '../flight/request-flights.ts';
import { type Answer, type Answered, SharedAnswer } from './answer.ts';
import type { Call } from './call.ts';
import { firstLook, type Looked, servedAtOnce } from './first-look.ts';
import { follow } from './follow.ts';
import { goPast } from './go-past.ts';
import type { Landed } from './landed.ts';
import { asHit, isTorso } from './late-answer.ts';
import { type LedFlightsParts, ledFlights } from './led-flights.ts';
import { type Look, lookUp } from './look-up.ts';
import type { Request } from './request.ts';

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
    const { reporter, now } = this.#parts;
    if (landed.captured === undefined) return this.#goPast(call, 'not-shareable');
    return follow(reporter, call, { address, landed, at: now() });
  }

  #goPast<Response>(call: Call<Response>, reason: BypassReason): Promise<Answer<Response>> {
    this.#parts.reporter.tell('bypass', { reason, provider: call.identity.provider });
    return goPast(call);
  }
}
