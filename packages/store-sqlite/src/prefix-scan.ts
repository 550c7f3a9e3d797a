import type { StoredRow } from '@cached-llm/core';
import { textIn } from './checked-text.ts';
import { rangeOf } from './key-range.ts';
import { IS_LIVE, TABLE } from './open-database.ts';
import { expiryNow } from './row-text.ts';
import type { SqliteConnection } from './sqlite-connection.ts';

const PAGE = 50;

/** A row that was damaged is not there. */
function intact({ key, value }: StoredRow): StoredRow[] {
  const text = textIn(key, value);
  return text === undefined ? [] : [{ key, value: text }];
}

/**
 * The live rows whose key starts with `prefix`, a page at a time from where the last one ended: by number, a
 * page would miss as many rows as were deleted meanwhile.
 */
export async function* scanRows(
  connection: SqliteConnection,
  prefix: string,
): AsyncGenerator<StoredRow, void, undefined> {
  const range = rangeOf(prefix);
  const from = (bound: '>=' | '>') =>
    `SELECT key, value FROM ${TABLE} WHERE key ${bound} ? AND key < ? AND ${IS_LIVE} ORDER BY key LIMIT ${PAGE}`;
  let page = await connection.read<StoredRow>(from('>='), range.from, range.to, expiryNow());
  while (page.length > 0) {
    yield* page.flatMap(intact);
    const last = page.at(-1)?.key ?? '';
    page = await connection.read<StoredRow>(from('>'), last, range.to, expiryNow());
  }
}
