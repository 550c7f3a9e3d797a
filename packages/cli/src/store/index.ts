/**
 * Here the store that the user means is opened, and the entries that the user means are found, described and
 * removed. Nothing in this room prints to stdout or decides an exit code. Start reading with `open.ts`.
 */
export {
  entryFacts,
  exportLine,
  formatInstant,
  formatTimeLeft,
  payloadText,
  payloadValue,
} from './facts.ts';
export { failureText } from './failure.ts';
export { entryFilter, entryId, entryOptions, findEntry, ID_LENGTH } from './find.ts';
export { foundStoreUrl, namedStore, resolvedUrl, sqlitePath, storeUrl } from './locate.ts';
export {
  eachNamespace,
  hasEntries,
  hintAtOthers,
  namespacesIn,
  noEntriesText,
  otherNamespaces,
} from './namespaces.ts';
export {
  cacheOptions,
  environmentProblem,
  maskedUrl,
  namespaceOf,
  type OpenedCache,
  openStoreAt,
  sqlitePackage,
  withCache,
} from './open.ts';
export { type Removed, removeEntries } from './remove.ts';
export { measured, providersText, sizeFact, sizeFacts } from './size.ts';
