import { setImmediate } from 'node:timers/promises';
import { expiryNow } from './framed-text.ts';
import { EXPIRY, TABLE } from './open-database.ts';
import type { SqliteConnection } from './sqlite-connection.ts';

const BATCH = 200;
const DELETE_BATCH = `DELETE FROM ${TABLE} WHERE rowid IN
  (SELECT rowid FROM ${TABLE} WHERE ${EXPIRY} < ? LIMIT ${BATCH}) RETURNING 1`;

/** Deletes the expired rows, and says how many; in batches, for nobody can write meanwhile. */
export async function sweepRows(connection: SqliteConnection): Promise<number> {
  const expiredBefore = expiryNow();
  let swept = 0;
  for (let batch = BATCH; batch === BATCH; swept += batch) {
    batch = (await connection.write(DELETE_BATCH, expiredBefore)).length;
    await setImmediate();
  }
  return swept;
}
