import type { BackOff } from '../adapter/back-off.ts';
import type { Flight } from '../flight/flight.ts';
import type { Leadership } from '../flight/leadership.ts';
import type { RequestFlights } from '../flight/request-flights.ts';
import type { Call } from './call.ts';
import { drainLanded } from './drain-landed.ts';
import type { Landed } from './landed.ts';
import type { Request } from './request.ts';

export interface RevalidationParts {
  readonly flights: RequestFlights;
  readonly backOff: BackOff;
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
    if (backOff.isResting(call.identity)) return;
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
