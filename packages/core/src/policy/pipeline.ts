import type { Address, EntryStore } from '../effects/entry-store.ts';
import type { Reporter } from '../effects/reporter.ts';
import type { BypassReason } from '../words/events.ts';
import { type Answer, bypassAnswer, SharedAnswer } from './answer.ts';
import type { Call } from './call.ts';
import { drained } from './drained.ts';
import type { Landed } from './landed.ts';
import { asHit, isTorso } from './late-answer.ts';
import { Leader } from './leader.ts';
import { isLeading } from './leading.ts';
import { type Look, lookUp } from './look-up.ts';
import { eventOf, type Request } from './request.ts';
import { RequestFlights } from './request-flights.ts';

export interface PipelineParts {
  readonly entries: EntryStore;
  readonly reporter: Reporter;
  readonly now: () => number;
}

/** One flight a key: joined before the look-up, led by the first, followed by the rest. */
export class Pipeline {
  readonly #parts: PipelineParts;
  readonly flights: RequestFlights;

  constructor(parts: PipelineParts) {
    this.#parts = parts;
    const leader = new Leader({
      ...parts,
      revalidate: (request) => this.#revalidate(request),
      isCurrent: (flight, request) => this.flights.isCurrent(flight, request),
    });
    this.flights = new RequestFlights((request, flight) => leader.lead(request, flight));
  }

  async answer<Response>(call: Call<Response>, address: Address): Promise<Answer<Response>> {
    const request = { call, address };
    const running = this.flights.find(request);
    if (running !== undefined && isLeading(address.key)) return this.#goPast(call, 'nested');
    const flight = running ?? this.flights.start(request);
    const isLate = flight.hasLanded;
    const landed = await flight.board(call.signal);
    // Who wants a new answer does not take one that was there before it asked.
    const isSpent = isLate && call.policy.mode === 'refresh' && landed.arrival?.isKept() === true;
    if (isSpent || isTorso(landed.captured)) {
      this.flights.end(flight, request);
      return this.answer(call, address);
    }
    if (running !== undefined) return this.#follow(call, address, isLate ? asHit(landed) : landed);
    const at = this.#parts.now();
    return new SharedAnswer(call, landed, { key: address.key, leads: true, at });
  }

  /** What the store holds for a request, without a call, an event or a count. */
  look(request: Request): Promise<Look> {
    return lookUp(request, this.#parts.entries, this.#parts.now);
  }

  async #follow<Response>(
    call: Call<Response>,
    address: Address,
    landed: Landed,
  ): Promise<Answer<Response>> {
    const { reporter, now } = this.#parts;
    if (landed.captured === undefined) return this.#goPast(call, 'not-shareable');
    const at = now();
    const event = eventOf({ call, address });
    const { outcome, arrival } = landed;
    const isHit = outcome === 'hit' && arrival !== undefined;
    if (isHit) reporter.tell('hit', { ...event, age: at - arrival.at });
    else reporter.tell('collapsed', event);
    return new SharedAnswer(call, landed, { key: address.key, leads: false, at });
  }

  async #goPast<Response>(call: Call<Response>, reason: BypassReason): Promise<Answer<Response>> {
    this.#parts.reporter.tell('bypass', { reason, provider: call.identity.provider });
    const { signal = new AbortController().signal } = call;
    return bypassAnswer(await (call.pass?.() ?? call.invoke(signal)));
  }

  /** One call behind the answer, however many ask meanwhile. */
  #revalidate({ call, address }: Request): void {
    const policy = { ...call.policy, mode: 'refresh' } as const;
    const behind = { ...call, policy, signal: undefined };
    const request = { address, call: behind, isBehind: true };
    if (this.flights.find(request) !== undefined) return;
    // Its failure concerns nobody: the stale answer was given, and the next request tries again.
    this.flights
      .start(request)
      .board(undefined)
      .then(drain)
      .catch(() => {});
  }
}

/** A recording is pulled by its readers: where there is none, by this. */
async function drain({ captured }: Landed): Promise<void> {
  if (captured?.kind !== 'recording') return;
  await drained(captured.recording.replay());
}
