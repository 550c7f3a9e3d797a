/**
 * Here a new answer is compared with the one that was recorded: its shape, the model that gave it, and its usage.
 * No text of an answer is in a comparison, and no fixture is changed by one. Start reading with `compare-entries.ts`.
 */
export { isDrift } from './compare-entries.ts';
export { ComparingStore, driftText } from './comparing-store.ts';
