import { rangeOf } from './key-range.ts';
import { EXPIRY, EXPIRY_INDEX, TABLE } from './open-database.ts';
import { expiryNow } from './row-text.ts';
import type { SqliteConnection } from './sqlite-connection.ts';

// The index holds expiry and key: no value is read, however long they are.
const COUNT = `SELECT count(*) AS count FROM ${TABLE} INDEXED BY ${EXPIRY_INDEX}
  WHERE ${EXPIRY} >= ? AND key >= ? AND key < ?`;

export async function countRows(connection: SqliteConnection, prefix: string): Promise<number> {
  const { from, to } = rangeOf(prefix);
  const [row] = await connection.read<{ count: number }>(COUNT, expiryNow(), from, to);
  return row?.count ?? 0;
}
