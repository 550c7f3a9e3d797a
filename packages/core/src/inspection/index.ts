// Whatever lies in a store is listed, filtered, restored and compared here.
// It never asks a provider for an answer, and never shows the text of a prompt by itself.
// Start at inspection.ts.

export { Inspection } from './inspection.ts';
export {
  type NearestEntry,
  nearestEntry,
  replayBypass,
  replayMiss,
} from './nearest-entry.ts';
export type { EntryFilter, InspectedRow, StoredEntry } from './scan-entries.ts';
