// A stream is recorded while it passes, and replayed to as many readers as ask.
// It never decides whether a recording is stored.
// Start at recording.ts.

export { PacedReplay } from './paced-replay.ts';
export {
  Recording,
  type StreamWatcher,
} from './recording.ts';
