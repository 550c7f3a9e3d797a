import { EXPIRY, EXPIRY_INDEX, TABLE } from './open-database.ts';
import { expiryNow, NEVER } from './row-text.ts';
import type { Query } from './sqlite-connection.ts';

/** Rows, and bytes, that one statement deletes at most: nobody can write meanwhile. */
const BATCH = 64;
const BATCH_BYTES = 4 * 1024 * 1024;

export interface Deleted {
  readonly rows: number;
  readonly bytes: number;
}

/** The first rows of a choice until they come to so many bytes, at least one; no value is read for its length. */
function deletion(choice: string): string {
  return `DELETE FROM ${TABLE} WHERE rowid IN (
    SELECT id FROM (
      SELECT id, sum(bytes) OVER (ORDER BY id ROWS UNBOUNDED PRECEDING) - bytes AS before FROM (
        SELECT rowid AS id, coalesce(octet_length(value), 0) AS bytes FROM ${TABLE} ${choice} LIMIT ${BATCH}
      )
    ) WHERE before < ?
  ) RETURNING octet_length(value) AS bytes`;
}

const EXPIRED = deletion(`INDEXED BY ${EXPIRY_INDEX} WHERE ${EXPIRY} < ?`);
// Writing or using a row gives it the highest rowid, see recency.ts.
const OLDEST = deletion(`WHERE +${EXPIRY} < ? ORDER BY rowid`);
const OLDEST_OF_ALL = deletion('ORDER BY rowid');

const total = (rows: readonly { bytes: number }[]): Deleted => ({
  rows: rows.length,
  bytes: rows.reduce((sum, { bytes }) => sum + bytes, 0),
});

/** Deletes some of the rows that have expired. */
export async function deleteExpired(query: Query): Promise<Deleted> {
  return total(await query(EXPIRED, expiryNow(), BATCH_BYTES));
}

/** Deletes some of the rows that were not used for the longest time, those that never expire last. */
export async function deleteOldest(query: Query, bytes: number): Promise<Deleted> {
  const atMost = Math.min(bytes, BATCH_BYTES);
  // What never expires may say that others are void: it has to outlive them.
  const deleted = total(await query(OLDEST, NEVER, atMost));
  return deleted.rows > 0 ? deleted : total(await query(OLDEST_OF_ALL, atMost));
}
