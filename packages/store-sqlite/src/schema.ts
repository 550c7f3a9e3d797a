/** Only this store's: rows of another Keyv in the same file are never touched. */
export const TABLE = 'cached_llm';
export const LEASES = `${TABLE}_lease`;
export const EXPIRY_INDEX = `${TABLE}_expiry`;
/** The expiry of a row, see row-text.ts; the index is on this very expression. */
export const EXPIRY = 'substr(value, 1, 15)';
/** The plus keeps the planner on the key: most rows expire in the future, so the index would select nothing. */
export const IS_LIVE = `+${EXPIRY} >= ?`;
/** True of the rows whose key is in a list, which is given as JSON. */
export const IS_AMONG = 'key IN (SELECT value FROM json_each(?))';

/** The table is as `@keyv/sqlite` creates it. */
export const SCHEMA = [
  `CREATE TABLE IF NOT EXISTS ${TABLE}(key VARCHAR(255) PRIMARY KEY, value TEXT )`,
  `CREATE INDEX IF NOT EXISTS ${EXPIRY_INDEX} ON ${TABLE}(${EXPIRY}, key)`,
  `CREATE TABLE IF NOT EXISTS ${LEASES}
    (key TEXT PRIMARY KEY, token TEXT NOT NULL, until INTEGER NOT NULL) WITHOUT ROWID`,
];
