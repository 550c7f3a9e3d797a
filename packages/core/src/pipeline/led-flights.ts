import { BackOff } from '../adapter/back-off.ts';
import { Leadership, type LeadershipParts } from '../flight/leadership.ts';
import { RequestFlights } from '../flight/request-flights.ts';
import type { ReplayMissParts } from '../inspection/replay-miss.ts';
import { Leader } from './leader.ts';
import { Revalidation } from './revalidation.ts';

export interface LedFlightsParts extends LeadershipParts, ReplayMissParts {}

/** Flights of requests, with whoever leads each one to its answer, and calls the provider again behind a stale one. */
export function ledFlights(parts: LedFlightsParts): RequestFlights {
  const leadership = new Leadership(parts);
  const backOff = new BackOff(parts.now);
  const leader = new Leader({
    ...parts,
    leadership,
    backOff,
    revalidate: (request) => revalidation.start(request),
    isCurrent: (flight, request) => flights.isCurrent(flight, request),
  });
  const flights = new RequestFlights((request, flight) => leader.lead(request, flight));
  const revalidation = new Revalidation({ flights, backOff, leadership });
  return flights;
}
