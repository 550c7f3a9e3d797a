// A stream is recorded while it passes, and read by as many as ask.
// It never decides whether a recording is stored: a watcher gives the verdict, and the pipeline decides.
// Start at recording.ts, which explains when a recording has ended and when it is over.

export type { Recording, StreamWatcher } from './recording.ts';

/** Loads what only a stream needs. */
export const loadRecording = () => import('./recording.ts');
