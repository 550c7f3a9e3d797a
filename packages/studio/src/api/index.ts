/**
 * Here each request of the page becomes a verb of the command line, or a question to the cache.
 * Nothing here may count, price or compare by itself: the numbers are those of the command line.
 * Start reading in `routes.ts`.
 */
export type { EntryDetails } from './entry.ts';
export type { KnownMiss } from './known-miss.ts';
export type { CountedCalls, LiveAnswer } from './live.ts';
export { apiOf } from './routes.ts';
export { StoreCount } from './stats.ts';
export type { RunVerb, VerbResult } from './verbs.ts';
