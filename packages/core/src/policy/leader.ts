import type { Flight } from '../effects/flight.ts';
import { DECISIONS } from './decision.ts';
import { Keeper } from './keeper.ts';
import type { Landed } from './landed.ts';
import { type Look, lookUp } from './look-up.ts';
import { isOutage } from './outage.ts';
import { ProviderCall, type ProviderCallParts } from './provider-call.ts';
import { replayMiss } from './replay-miss.ts';
import { eventOf, type Request } from './request.ts';

export interface LeaderParts extends ProviderCallParts {
  /** Calls the provider behind an answer. */
  readonly revalidate: (request: Request) => void;
}

/** Takes the request that leads a flight to its answer, as DECISIONS says. */
export class Leader {
  readonly #parts: LeaderParts;
  readonly #provider: ProviderCall;
  readonly #keeper: Keeper;

  constructor(parts: LeaderParts) {
    this.#parts = parts;
    this.#provider = new ProviderCall(parts);
    this.#keeper = new Keeper(parts.entries, parts.reporter, parts.now);
  }

  async lead(request: Request, flight: Flight<Landed>): Promise<Landed> {
    const { entries, now } = this.#parts;
    const look = await lookUp(request, entries, now);
    const step = DECISIONS[request.call.policy.mode][look.state];
    if (step === 'refuse') throw replayMiss(request.call.identity);
    if (step === 'call-or-serve') return this.#callOrServe(request, look, flight);
    if (step === 'call' || look.answer === undefined) return this.#call(request, look, flight);
    if (step === 'serve-and-revalidate') this.#parts.revalidate(request);
    else if (this.#parts.isCurrent(flight, request)) this.#renew(request, look);
    return this.#serve(request, look, look.answer);
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
    return this.#provider.arrive(request, look, {
      flight,
      ...(await this.#provider.attempt(request, flight)),
    });
  }

  /** RFC 5861 §4: an older answer stands in for a provider that cannot answer. */
  async #callOrServe(request: Request, look: Look, flight: Flight<Landed>): Promise<Landed> {
    const { answer } = look;
    if (answer === undefined) return this.#call(request, look, flight);
    const attempt = await this.#provider.attempt(request, flight).catch((error: unknown) => {
      if (isOutage(error)) return undefined;
      this.#parts.reporter.tell('miss', eventOf(request));
      throw error;
    });
    const hasFailed = attempt === undefined || attempt.capture.isOutage === true;
    if (hasFailed) return this.#serve(request, look, answer);
    this.#parts.reporter.tell('miss', eventOf(request));
    return this.#provider.arrive(request, look, { flight, ...attempt });
  }
}
