import { IS_LIVE, TABLE } from './open-database.ts';
import type { SqliteValue } from './sqlite-connection.ts';

/** True of the rows whose key is in a list, as `JSON.stringify` writes it. */
export const IS_AMONG = 'key IN (SELECT value FROM json_each(?))';

const FEW = 8;
/** One expiry for all the rows: it is the first parameter. */
const LIVE = `${IS_LIVE}1`;
/** Crossed, so that no row is looked at but those that are asked for. */
const MANY = `WITH list(place, name) AS (SELECT key, value FROM json_each(?2))
  SELECT place, value FROM list CROSS JOIN ${TABLE} ON key = name WHERE ${LIVE}`;

const selectionOf = (_: unknown, place: number): string =>
  `SELECT ${place} AS place, value FROM ${TABLE} WHERE key = ?${place + 2} AND ${LIVE}`;
/** Each key by itself: SQLite makes a table of a list, which takes longer than to find a few rows. */
const SELECTIONS = Array.from({ length: FEW + 1 }, (_, length) =>
  Array.from({ length }, selectionOf).join(' UNION ALL '),
);

export interface RowSelection {
  readonly sql: string;
  readonly values: readonly SqliteValue[];
}

export interface PlacedRow {
  /** Of its key among those that were asked for. */
  readonly place: number;
  readonly value: unknown;
}

/** Asks for the rows under `keys` that are live at `expiry`; each is a {@link PlacedRow}, in any order. */
export function rowSelection(keys: readonly string[], expiry: string): RowSelection {
  const sql = SELECTIONS[keys.length];
  if (sql) return { sql, values: [expiry, ...keys] };
  return { sql: MANY, values: [expiry, JSON.stringify(keys)] };
}
