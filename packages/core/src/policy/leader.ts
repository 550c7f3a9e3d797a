import type { Address, EntryStore, Found } from '../effects/entry-store.ts';
import type { Reporter } from '../effects/reporter.ts';
import type { Flight } from '../effects/single-flight.ts';
import { freshness } from '../words/entry.ts';
import type { Landed } from './answer.ts';
import type { Call, Capture, Captured } from './call.ts';
import { DECISIONS, type State } from './decision.ts';
import { eventOf, Keeper } from './keeper.ts';
import { isOutage } from './outage.ts';
import { replayMiss } from './replay-miss.ts';

/** A call, and where its entry is. */
export interface Request {
  readonly call: Call<unknown>;
  readonly address: Address;
  /** A revalidation behind an answer: no request of anybody's, and no miss. */
  readonly isBehind?: boolean | undefined;
}

export interface LeaderParts {
  readonly entries: EntryStore;
  readonly reporter: Reporter;
  readonly now: () => number;
  /** Calls the provider behind an answer. */
  readonly revalidate: (request: Request) => void;
  /** Is this flight still the one for its key? */
  readonly isCurrent: (flight: Flight<Landed>, request: Request) => boolean;
}

/** What a look-up found. */
export interface Look extends Found {
  readonly state: State;
  /** Ready to be served, with the leader's own copy. */
  readonly answer?: Landed | undefined;
}

interface Attempt {
  readonly capture: Capture<unknown>;
  readonly took: number;
}

interface Landing extends Attempt {
  readonly flight: Flight<Landed>;
}

const YES = Promise.resolve(true);
const NO = Promise.resolve(false);

/** Takes the request that leads a flight to its answer, as DECISIONS says. */
export class Leader {
  readonly #parts: LeaderParts;
  readonly #keeper: Keeper;

  constructor(parts: LeaderParts) {
    this.#parts = parts;
    this.#keeper = new Keeper(parts.entries, parts.reporter, parts.now);
  }

  async lead(request: Request, flight: Flight<Landed>): Promise<Landed> {
    const look = await this.look(request);
    const step = DECISIONS[request.call.policy.mode][look.state];
    if (step === 'refuse') throw replayMiss(request.call.identity);
    if (step === 'call-or-serve') return this.#callOrServe(request, look, flight);
    if (step === 'call' || look.answer === undefined) return this.#call(request, look, flight);
    if (step === 'serve-and-revalidate') this.#parts.revalidate(request);
    else if (this.#parts.isCurrent(flight, request)) this.#renew(request, look);
    return this.#serve(request, look, look.answer);
  }

  /** An entry that cannot be decoded is as good as absent, and will be replaced. */
  async look({ call, address }: Request): Promise<Look> {
    const { entry, markers } = await this.#parts.entries.read(address);
    if (entry === undefined) return { state: 'absent', markers };
    const { header, payload } = entry;
    const now = this.#parts.now();
    const state = freshness(header, now);
    const outcome = state === 'fresh' || call.policy.mode === 'replay' ? 'hit' : 'stale';
    const captured: Captured = { kind: header.kind, payload };
    const provenance = {
      outcome,
      age: now - header.storedAt,
      signal: call.signal,
    } as const;
    try {
      const own = { response: call.codec.restore(captured, provenance) };
      return {
        state,
        entry,
        markers,
        answer: { outcome, header, captured, own, stored: YES },
      };
    } catch {
      return { state: 'absent', markers };
    }
  }

  #renew(request: Request, { entry, markers, state }: Look): void {
    if (!request.call.policy.renewOnHit || state !== 'fresh' || entry === undefined) return;
    void this.#keeper.renew({ ...request, markers }, entry);
  }

  #serve(request: Request, { entry, state }: Look, answer: Landed): Landed {
    const { reporter, now } = this.#parts;
    const event = {
      ...eventOf(request),
      age: now() - (entry?.header.storedAt ?? now()),
    };
    if (answer.outcome === 'hit') reporter.tell('hit', event);
    else reporter.tell('stale', { ...event, isFallback: state === 'fallback' });
    return answer;
  }

  async #call(request: Request, look: Look, flight: Flight<Landed>): Promise<Landed> {
    if (request.isBehind !== true) this.#parts.reporter.tell('miss', eventOf(request));
    return this.#arrive(request, look, {
      flight,
      ...(await this.#attempt(request, flight)),
    });
  }

  /** RFC 5861 §4: an older answer stands in for a provider that cannot answer. */
  async #callOrServe(request: Request, look: Look, flight: Flight<Landed>): Promise<Landed> {
    const { answer } = look;
    if (answer === undefined) return this.#call(request, look, flight);
    const attempt = await this.#attempt(request, flight).catch((error: unknown) => {
      if (isOutage(error)) return undefined;
      this.#parts.reporter.tell('miss', eventOf(request));
      throw error;
    });
    const hasFailed = attempt === undefined || attempt.capture.isOutage === true;
    if (hasFailed) return this.#serve(request, look, answer);
    this.#parts.reporter.tell('miss', eventOf(request));
    return this.#arrive(request, look, { flight, ...attempt });
  }

  async #attempt({ call }: Request, flight: Flight<Landed>): Promise<Attempt> {
    const startedAt = this.#parts.now();
    const { signal } = flight;
    signal.throwIfAborted(); // all callers left during the look-up
    const capture = await call.codec.capture(await call.invoke(signal));
    return { capture, took: this.#parts.now() - startedAt };
  }

  /** The answer goes to the caller at once, and into the store behind its back. */
  #arrive(request: Request, { markers }: Look, landing: Landing): Landed {
    const { capture, took, flight } = landing;
    const isCurrent = () => this.#parts.isCurrent(flight, request);
    const stored = this.#keeper.keep({ ...request, markers, took, isCurrent }, capture);
    flight.holdUntil(stored);
    this.#watch(capture, flight);
    const { captured, response, facts } = capture;
    const at = this.#parts.now();
    if (captured?.kind === 'recording') {
      const { recording } = captured;
      const arrival = { at, took, usage: undefined, isKept: () => recording.isWhole };
      return { outcome: 'miss', captured, stored: NO, arrival };
    }
    const isKept = () => facts.rejection === undefined;
    const arrival = { at, took, usage: facts.usage, isKept };
    return { outcome: 'miss', captured, own: { response }, stored, arrival };
  }

  /** The readers of a stream leave the stream, not the flight: it learns of the last one's leaving here. */
  #watch({ captured }: Capture<unknown>, flight: Flight<Landed>): void {
    if (captured?.kind !== 'recording') return;
    void captured.recording.ended.then(({ rejection }) => {
      if (rejection === 'left') flight.abandon();
    });
  }
}
