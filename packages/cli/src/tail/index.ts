/**
 * Here the calls of all processes are printed as lines, one after the other.
 * Nothing here may print a prompt, an answer or a scope, or write into the store.
 * Start reading in `tail.ts`.
 */
export { tail } from './tail.ts';
