/**
 * Here one command finds out why nothing is cached: each finding has what was seen and what to do about it. Nothing in this
 * room writes a row, makes a store, or shows a prompt, an answer or a secret. Start reading with `doctor.ts`.
 */
export { doctor } from './doctor.ts';
