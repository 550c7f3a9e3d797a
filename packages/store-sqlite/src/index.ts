/**
 * Entries live in a SQLite file that several processes may share.
 * A damaged or foreign file must never be deleted or overwritten, and a row of anybody else is never touched.
 * Start reading at `sqlite-store.ts`, then `sqlite-table.ts` for the rows and `sqlite-file.ts` for the faults of the file.
 */

export type { SqliteDriverName } from './driver/index.ts';
export { SqliteDriverError } from './driver/index.ts';
export { QuarantinedFileError } from './quarantine.ts';
export { openStore, SqliteStore, sqliteStore } from './sqlite-store.ts';
export type { SqliteStoreOptions } from './sqlite-store-options.ts';
export { UnusableFileError } from './unusable-file.ts';
