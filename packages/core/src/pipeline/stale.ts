import { setTimeout as delay } from 'node:timers/promises';
import { isOutage, type ProviderBackOff } from '../adapter/index.ts';
import type { Flight } from '../flight/index.ts';
import { drained } from '../response/index.ts';
import type { Landed } from './answer.ts';
import type { Leadership } from './leadership.ts';
import { type Answered, type ServeParts, serve } from './look-up.ts';
import type { Attempt, ProviderCall } from './call-provider.ts';
import { type Call, eventOf, type Request } from './request.ts';
import type { RequestFlights } from './request-flights.ts';

/** A recording is pulled by its readers: where there is none, by this. */
async function drainLanded({ captured }: Landed): Promise<void> {
  if (captured?.kind === 'recording') await drained(captured.recording.replay());
}

export interface FallbackParts extends ServeParts {
  readonly provider: ProviderCall;
  readonly backOff: ProviderBackOff;
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
    if (backOff.isBackingOff(identity)) return serve(this.#parts, request, look);
    const attempt = provider.attempt(request, flight);
    if (await outlasts(attempt, policy.softTimeout)) {
      flight.holdUntil(this.#goOn(request, look, { flight, attempt }));
      return serve(this.#parts, request, look);
    }
    const made = await attempt.catch((error: unknown) => this.#unlessOutage(request, error));
    const hasFailed = made === undefined || made.capture.isOutage === true;
    if (hasFailed) return serve(this.#parts, request, look);
    this.#parts.events.emit('miss', eventOf(request));
    return provider.arrive(request, look, { flight, ...made });
  }

  #unlessOutage(request: Request, error: unknown): undefined {
    if (isOutage(error)) return;
    this.#parts.events.emit('miss', eventOf(request));
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

export interface RevalidationParts {
  readonly flights: RequestFlights;
  readonly backOff: ProviderBackOff;
  readonly leadership: Leadership;
}

/** The same call, for a new answer, and for no caller. */
function behind(call: Call<unknown>): Call<unknown> {
  const { identity, codec, policy } = call;
  const invoke = (signal: AbortSignal) => call.invoke(signal);
  return { identity, codec, invoke, policy: { ...policy, mode: 'refresh' } };
}

/** Calls the provider behind an answer: once, however many ask meanwhile, and in however many processes. */
export class Revalidation {
  readonly #parts: RevalidationParts;

  constructor(parts: RevalidationParts) {
    this.#parts = parts;
  }

  start({ call, address }: Request): void {
    const { flights, backOff, leadership } = this.#parts;
    if (backOff.isBackingOff(call.identity)) return;
    const request = { address, call: behind(call), isBehind: true };
    if (flights.find(request) !== undefined) return;
    if (leadership.isShared({ call, address })) void this.#flyAlone(request);
    else void this.#land(flights.start(request));
  }

  async #flyAlone(request: Request): Promise<void> {
    const { flights, leadership } = this.#parts;
    const lease = await leadership.winOnce(request);
    if (lease === undefined) return;
    const flight = flights.find(request) ?? flights.start(request);
    leadership.keep(lease, request, { flight, landing: this.#land(flight) });
  }

  /** Its failure concerns nobody: the stale answer was given, and the next request tries again. */
  async #land(flight: Flight<Landed>): Promise<void> {
    try {
      await drainLanded(await flight.board(undefined));
    } catch {
      // the back-off has taken note
    }
  }
}
