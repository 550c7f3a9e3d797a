// This room shows what a store holds: it lists, filters, restores and compares entries, and explains misses: one in replay mode, and those of a field that always differs.
// It never asks a provider, and it never shows the text of a prompt by itself. A call needs none of it but in replay mode.
// Start at inspection.ts.

export { examineMiss, Inspection } from './inspection.ts';
export type { MeasureOptions } from './measurement.ts';
export type { RetagResult, TagChange } from './retag.ts';
export type { EntryFilter, InspectedRow, StoredEntry } from './stored-entries.ts';

/** Loads what counts the entries of each provider. */
export const loadMeasurement = () => import('./measurement.ts');

/** Loads what only a miss in `replay` mode needs. */
export const loadReplayMiss = () => import('./replay-miss.ts');
