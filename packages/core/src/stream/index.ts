// A stream is recorded while it passes, and replayed to as many readers as ask.
// It never decides whether a recording is stored.
// Start at recording.ts.

export type { Recording, StreamWatcher } from './recording.ts';

/** Loads what only a stream needs. */
export const loadRecording = () => import('./recording.ts');
