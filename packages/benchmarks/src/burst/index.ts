// Many different calls are made at once by two processes over one store, with leases and without.
// It counts what was stored and how often the provider was called, and never compares times of different runs.
// Start reading in burst.ts; burst-child.ts is one of the processes.
export { burst } from './burst.ts';
