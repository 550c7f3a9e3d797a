import type { Address, EntryStore } from '../effects/entry-store.ts';
import type { Reporter } from '../effects/reporter.ts';
import { type Flight, SingleFlight } from '../effects/single-flight.ts';
import { type Answer, bypassAnswer, type Landed, SharedAnswer } from './answer.ts';
import type { Call, Captured } from './call.ts';
import { drained } from './drained.ts';
import { eventOf } from './keeper.ts';
import { Leader, type Look, type Request } from './leader.ts';
import { MODES, type Mode } from './options.ts';

export interface PipelineParts {
  readonly entries: EntryStore;
  readonly reporter: Reporter;
  readonly now: () => number;
}

/** Requests in different modes want different things of a flight. */
const flightKeyOf = (mode: Mode, { address }: Request) => `${mode}:${address.key}`;

/** All readers of a running stream left: what remains of it is nobody's answer. */
const isTorso = (captured: Captured | undefined) =>
  captured?.kind === 'recording' && captured.recording.isAbandoned;

/** One flight a key: joined before the look-up, led by the first, followed by the rest. */
export class Pipeline {
  readonly #reporter: Reporter;
  readonly #now: () => number;
  readonly #leader: Leader;
  readonly #flights = new SingleFlight<Landed>();
  readonly #underWay = new Set<Request>();

  constructor({ entries, reporter, now }: PipelineParts) {
    this.#reporter = reporter;
    this.#now = now;
    this.#leader = new Leader({
      entries,
      reporter,
      now,
      revalidate: (request) => this.#revalidate(request),
      isCurrent: (flight, request) =>
        this.#flights.isUp(flightKeyOf(request.call.policy.mode, request), flight),
    });
  }

  async answer<Response>(call: Call<Response>, address: Address): Promise<Answer<Response>> {
    const request = { call, address };
    const flightKey = flightKeyOf(call.policy.mode, request);
    const running = this.#flights.find(flightKey);
    const flight = running ?? this.#start(flightKey, request);
    const isLate = flight.hasLanded;
    const landed = await flight.board(call.signal);
    // Who wants a new answer does not take one that was there before it asked.
    const isSpent = isLate && call.policy.mode === 'refresh' && landed.arrival?.isKept() === true;
    if (isSpent || isTorso(landed.captured)) {
      if (this.#flights.isUp(flightKey, flight)) this.#flights.detach(flightKey);
      return this.answer(call, address);
    }
    if (running === undefined) {
      return new SharedAnswer(call, landed, { key: address.key, leads: true, at: this.#now() });
    }
    return this.#follow(call, address, isLate ? asHit(landed) : landed);
  }

  /** What the store holds for a request, without a call, an event or a count. */
  look({ call, address }: Request): Promise<Look> {
    return this.#leader.look({ call, address });
  }

  /** Whoever asks from now on gets a call of its own, and what is under way is not stored. */
  detach(key: string): void {
    for (const mode of MODES) this.#flights.detach(`${mode}:${key}`);
  }

  /** The same for every request under way with this tag. */
  detachTag(tag: string): void {
    for (const { address } of this.#underWay) {
      if (address.tags.includes(tag)) this.detach(address.key);
    }
  }

  async #follow<Response>(
    call: Call<Response>,
    address: Address,
    landed: Landed,
  ): Promise<Answer<Response>> {
    if (landed.captured === undefined) {
      const { provider } = call.identity;
      this.#reporter.tell('bypass', { reason: 'not-shareable', provider });
      return bypassAnswer(await call.invoke(call.signal ?? new AbortController().signal));
    }
    const at = this.#now();
    const event = eventOf({ call, address });
    const { outcome, arrival } = landed;
    if (outcome === 'hit' && arrival !== undefined) {
      this.#reporter.tell('hit', { ...event, age: at - arrival.at });
    } else this.#reporter.tell('collapsed', event);
    return new SharedAnswer(call, landed, { key: address.key, leads: false, at });
  }

  /** One call behind the answer, however many ask meanwhile. */
  #revalidate({ call, address }: Request): void {
    const policy = { ...call.policy, mode: 'refresh' } as const;
    const behind = { ...call, policy, signal: undefined };
    const request = { address, call: behind, isBehind: true };
    const flightKey = flightKeyOf('refresh', request);
    if (this.#flights.find(flightKey) !== undefined) return;
    // Its failure concerns nobody: the stale answer was given, and the next request tries again.
    this.#start(flightKey, request)
      .board(undefined)
      .then(drain)
      .catch(() => {});
  }

  #start(flightKey: string, request: Request): Flight<Landed> {
    return this.#flights.start(flightKey, (flight) => this.#lead(request, flight));
  }

  async #lead(request: Request, flight: Flight<Landed>): Promise<Landed> {
    this.#underWay.add(request);
    try {
      return await this.#leader.lead(request, flight);
    } finally {
      // An answer that is still being written can be joined, too.
      const end = () => this.#underWay.delete(request);
      if (flight.held === undefined) end();
      else flight.held.then(end, end);
    }
  }
}

/** Whoever comes while a whole answer is still being written has it from here, as from the store. */
function asHit(landed: Landed): Landed {
  return landed.arrival?.isKept() === true ? { ...landed, outcome: 'hit' } : landed;
}

/** A recording is pulled by its readers: where there is none, by this. */
async function drain({ captured }: Landed): Promise<void> {
  if (captured?.kind !== 'recording') return;
  await drained(captured.recording.replay());
}
