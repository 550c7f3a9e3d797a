export { openStore } from './open-store.ts';
export { QuarantinedFileError } from './quarantined-file-error.ts';
export { SqliteStore, sqliteStore } from './sqlite-store.ts';
export type { SqliteStoreOptions } from './sqlite-store-options.ts';
