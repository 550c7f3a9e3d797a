import type { Address, EntryStore } from '../effects/entry-store.ts';
import type { Reporter } from '../effects/reporter.ts';
import { type Flight, SingleFlight } from '../effects/single-flight.ts';
import { type Answer, bypassAnswer, type Landed, SharedAnswer } from './answer.ts';
import type { Call, Captured } from './call.ts';
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
    const landed = await flight.board(call.signal);
    if (isTorso(landed.captured)) {
      if (this.#flights.isUp(flightKey, flight)) this.#flights.detach(flightKey);
      return this.answer(call, address);
    }
    if (running !== undefined) return this.#follow(call, address, landed);
    return new SharedAnswer(call, landed, this.#circumstances(address, false));
  }

  /** What the store holds for a request, without a call, an event or a count. */
  look({ call, address }: Request): Promise<Look> {
    return this.#leader.look({ call, address });
  }

  /** Whoever asks from now on gets a call of its own, and what is under way is not stored. */
  detach(key: string): void {
    for (const mode of MODES) this.#flights.detach(`${mode}:${key}`);
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
    this.#reporter.tell('collapsed', eventOf({ call, address }));
    return new SharedAnswer(call, landed, this.#circumstances(address, true));
  }

  /** One call behind the answer, however many ask meanwhile. */
  #revalidate({ call, address }: Request): void {
    const policy = { ...call.policy, mode: 'refresh' } as const;
    const request = { address, call: { ...call, policy, signal: undefined } };
    const flightKey = flightKeyOf('refresh', request);
    if (this.#flights.find(flightKey) !== undefined) return;
    // Its failure concerns nobody: the stale answer was given, and the next request tries again.
    this.#start(flightKey, request)
      .board(undefined)
      .then(drain)
      .catch(() => {});
  }

  #start(flightKey: string, request: Request): Flight<Landed> {
    return this.#flights.start(flightKey, (flight) => this.#leader.lead(request, flight));
  }

  #circumstances({ key }: Address, collapsed: boolean) {
    return { key, collapsed, at: this.#now() };
  }
}

/** A recording is pulled by its readers: where there is none, by this. */
async function drain({ captured }: Landed): Promise<void> {
  if (captured?.kind !== 'recording') return;
  const replay = captured.recording.replay();
  while ((await replay.next()).done !== true);
}
