import type { StoredRow } from '@cached-llm/core/store';
import { expiryNow, textIn } from './row-text.ts';
import { EXPIRY, EXPIRY_INDEX, IS_LIVE, TABLE } from './schema.ts';
import type { SqliteConnection } from './sqlite-connection.ts';

/** Keys from `from` on and before `to`; SQLite sorts a blob after every text. */
interface KeyRange {
  readonly from: string;
  readonly to: string | Uint8Array;
}

const LAST_CODE_POINT = 0x10ffff;
const AFTER_EVERY_TEXT = new Uint8Array([0xff]);
const PAGE = 50;

// The index holds expiry and key, so no value is read, however long it is.
const COUNT = `SELECT count(*) AS count FROM ${TABLE} INDEXED BY ${EXPIRY_INDEX}
  WHERE ${EXPIRY} >= ? AND key >= ? AND key < ?`;
const pageFrom = (bound: '>=' | '>') =>
  `SELECT key, value FROM ${TABLE} WHERE key ${bound} ? AND key < ? AND ${IS_LIVE} ORDER BY key LIMIT ${PAGE}`;

function nextCodePoint(codePoint: number): number {
  // Surrogates are no code points of a text.
  return codePoint === 0xd7ff ? 0xe000 : codePoint + 1;
}

/** Exactly the keys that start with `prefix`. SQLite compares their bytes, which have the order of code points. */
export function rangeOf(prefix: string): KeyRange {
  const codePoints = [...prefix].map((character) => character.codePointAt(0) ?? 0);
  while (codePoints.at(-1) === LAST_CODE_POINT) codePoints.pop();
  const last = codePoints.pop();
  if (last === undefined) return { from: prefix, to: AFTER_EVERY_TEXT };
  return { from: prefix, to: String.fromCodePoint(...codePoints, nextCodePoint(last)) };
}

export async function countRows(connection: SqliteConnection, prefix: string): Promise<number> {
  const { from, to } = rangeOf(prefix);
  const [row] = await connection.read<{ count: number }>(COUNT, expiryNow(), from, to);
  return row?.count ?? 0;
}

/** Leaves out a row that was damaged. */
function intact({ key, value }: StoredRow): StoredRow[] {
  const text = textIn(key, value);
  return text === undefined ? [] : [{ key, value: text }];
}

/**
 * Yields the live rows whose key starts with `prefix`. Each page starts after the last key of the page before: a
 * page by its number would skip as many rows as were deleted meanwhile.
 */
export async function* scanRows(
  connection: SqliteConnection,
  prefix: string,
): AsyncGenerator<StoredRow, void, undefined> {
  const { from, to } = rangeOf(prefix);
  let page = await connection.read<StoredRow>(pageFrom('>='), from, to, expiryNow());
  while (page.length > 0) {
    yield* page.flatMap(intact);
    const last = page.at(-1)?.key ?? '';
    page = await connection.read<StoredRow>(pageFrom('>'), last, to, expiryNow());
  }
}
