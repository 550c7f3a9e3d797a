/**
 * Here the server listens, and refuses what is no request that it can serve.
 * No bad input may end the process or reach an upstream.
 * Start reading in `start-server.ts`.
 */
export { refuse } from './refuse.ts';
export { startServer, urlOf } from './start-server.ts';
