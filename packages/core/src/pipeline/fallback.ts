import { setTimeout as delay } from 'node:timers/promises';
import type { BackOff } from '../adapter/back-off.ts';
import { isOutage } from '../adapter/outage.ts';
import type { Flight } from '../flight/flight.ts';
import { drainLanded } from './drain-landed.ts';
import type { Landed } from './landed.ts';
import type { Attempt, ProviderCall } from './provider-call.ts';
import { eventOf, type Request } from './request.ts';
import { type Answered, type ServeParts, serve } from './serve.ts';

export interface FallbackParts extends ServeParts {
  readonly provider: ProviderCall;
  readonly backOff: BackOff;
}

/** RFC 5861 §4: an older answer stands in for a provider that cannot answer, or not in time. */
export class Fallback {
  readonly #parts: FallbackParts;

  constructor(parts: FallbackParts) {
    this.#parts = parts;
  }

  async callOrServe(request: Request, look: Answered, flight: Flight<Landed>): Promise<Landed> {
    const { provider, backOff } = this.#parts;
    const { identity, policy } = request.call;
    if (backOff.isResting(identity)) return serve(this.#parts, request, look);
    const attempt = provider.attempt(request, flight);
    if (await outlasts(attempt, policy.softTimeout)) {
      flight.holdUntil(this.#goOn(request, look, { flight, attempt }));
      return serve(this.#parts, request, look);
    }
    const made = await attempt.catch((error: unknown) => this.#unlessOutage(request, error));
    const hasFailed = made === undefined || made.capture.isOutage === true;
    if (hasFailed) return serve(this.#parts, request, look);
    this.#parts.reporter.tell('miss', eventOf(request));
    return provider.arrive(request, look, { flight, ...made });
  }

  #unlessOutage(request: Request, error: unknown): undefined {
    if (isOutage(error)) return;
    this.#parts.reporter.tell('miss', eventOf(request));
    throw error;
  }

  /** The call ends behind the older answer, as a revalidation does; its failure concerns nobody. */
  async #goOn(
    request: Request,
    look: Answered,
    { flight, attempt }: { flight: Flight<Landed>; attempt: Promise<Attempt> },
  ): Promise<void> {
    try {
      const landed = this.#parts.provider.arrive(request, look, { flight, ...(await attempt) });
      await drainLanded(landed);
      await flight.held;
    } catch {
      // The next request asks again.
    }
  }
}

async function outlasts(attempt: Promise<unknown>, milliseconds: number): Promise<boolean> {
  if (!Number.isFinite(milliseconds)) return false;
  const own = new AbortController();
  const isOver = delay(milliseconds, true, { signal: own.signal }).catch(() => false);
  const isDone = attempt.then(
    () => false,
    () => false,
  );
  const isLate = await Promise.race([isOver, isDone]);
  own.abort();
  return isLate;
}
