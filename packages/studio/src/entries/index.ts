/**
 * Here the entries of a store are listed, filtered and sorted without holding their answers.
 * No payload may stay here, and no state may be older than the scan says.
 * Start reading in `entry-index.ts`; `entry-columns.ts` holds what is known, and `query.ts` says what matches.
 */
export { EntryIndex } from './entry-index.ts';
export {
  type EntryPage,
  type EntryQuery,
  type EntryRow,
  SORTS,
  type Sort,
  type State,
} from './query.ts';
