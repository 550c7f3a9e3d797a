// Many different calls are made at once by two processes over one store, with leases and without.
// It counts what was stored and how often the provider was called; of times it gives a ratio of one run.
// Start reading in burst.ts; burst-child.ts is one of the processes.
export { burst } from './burst.ts';
