// One call is shared by many callers: in this process by a flight, and among processes by a lease.
// It never knows what is called, and no caller's abort ends a call that another waits for.
// Start at flights.ts; leases.ts is for several processes.

export { Flight, Flights, isInsideCallFor, runAsCallFor } from './flights.ts';
export type { FlightLeases } from './leases.ts';

/** Loads what only a store with leases needs. */
export const loadLeases = () => import('./leases.ts');
