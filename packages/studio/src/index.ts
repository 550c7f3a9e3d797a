/**
 * A server on this machine with a page that shows and steers what a store holds.
 * Nothing here may show a prompt or an answer that the user did not reveal, or send a request to anywhere else.
 * Start reading in `studio.ts`. The page that a browser shows is in `../page`, and starts at `main.tsx`.
 */
export type { RunVerb, VerbResult } from './api/index.ts';
export { type Studio, type StudioOptions, startStudio } from './studio.ts';
