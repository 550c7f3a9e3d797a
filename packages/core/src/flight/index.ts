// One call serves many callers: a flight shares it in this process, and a lease among processes.
// It never knows what is called, and no caller's abort ends a call that another waits for.
// Start at flight.ts and flights.ts; the flights of several processes wait for each other in leases.ts.

export { callTimedOut, type Flight } from './flight.ts';
export { Flights, innermostKey, isInsideCallFor, runAsCallFor } from './flights.ts';
export type { FlightLeases } from './leases.ts';

/** Loads the file that only a store with leases needs. */
export const loadLeases = () => import('./leases.ts');
