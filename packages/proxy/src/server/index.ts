/**
 * Here the server listens, and refuses what is no request that it can serve.
 * No bad input may end the process or reach an upstream.
 * Start reading in `start-server.ts`.
 */
export { type Refusal, refuse, refuseConnection } from './refuse.ts';
export { startServer } from './start-server.ts';
