import { setImmediate } from 'node:timers/promises';
import { ROW_GRACE } from '@cached-llm/core/store';
import { faultKind, type Query } from './driver/index.ts';
import { expiryText, NEVER } from './row-text.ts';
import { EXPIRY, EXPIRY_INDEX, IS_AMONG, TABLE } from './schema.ts';
import type { SqliteConnection } from './sqlite-connection.ts';

/** Rows, and bytes, that one statement deletes at most, because no process can write meanwhile. */
const BATCH = 64;
const BATCH_BYTES = 4 * 1024 * 1024;
/** Bytes that a row may need beside its value: pages of the tree, of the indexes, and of the schema. */
const OVERHEAD = 32 * 4096;
/** One eviction makes room for more than one row, so that not every write to a full file fails at first. */
const SHARE = 1 / 128;
/** Used keys that are collected before they are looked up, and rows that one statement rewrites. */
const USED_KEYS = 256;
const REWRITE_BATCH = 16;

/** Deletes the first rows of a choice up to so many bytes, but at least one. No value is read for its length. */
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
const OLDEST = deletion(`WHERE +${EXPIRY} < ? ORDER BY rowid`);
const OLDEST_OF_ALL = deletion('ORDER BY rowid');
const FREE_BYTES = `SELECT (max_page_count - page_count + freelist_count) * page_size AS bytes
  FROM pragma_max_page_count, pragma_page_count, pragma_freelist_count, pragma_page_size`;
const USED_BYTES = `SELECT (page_count - freelist_count) * page_size AS usedBytes
  FROM pragma_page_count, pragma_freelist_count, pragma_page_size`;
/** Answered from the index on the keys: no row is read. */
const AGEING = `SELECT key FROM ${TABLE} WHERE ${IS_AMONG} AND rowid <
  (SELECT min(rowid) FROM ${TABLE}) / 2 + (SELECT max(rowid) FROM ${TABLE}) / 2`;
const REWRITE = `REPLACE INTO ${TABLE}(key, value) SELECT key, value FROM ${TABLE} WHERE ${IS_AMONG}`;

type Deleted = readonly { readonly bytes: number }[];

const deleteExpired = (query: Query, now: number): Promise<Deleted> =>
  query(EXPIRED, expiryText(now), BATCH_BYTES);

/** Deletes some of the least recently used rows; those that never expire are the last to go. */
async function deleteOldest(query: Query, bytes: number): Promise<Deleted> {
  const atMost = Math.min(bytes, BATCH_BYTES);
  // A row that never expires may hold a tag's generation, which has to outlive the entries.
  const deleted: Deleted = await query(OLDEST, NEVER, atMost);
  return deleted.length > 0 ? deleted : query(OLDEST_OF_ALL, atMost);
}

/** Deletes the expired rows in batches, with a pause after each for other writers, and returns how many. */
export async function sweepRows(
  connection: SqliteConnection,
  pause: () => Promise<unknown> = setImmediate,
): Promise<number> {
  let swept = 0;
  for (let rows = 1; rows > 0; swept += rows) {
    rows = (await connection.writeInTurn((query) => deleteExpired(query, Date.now()))).length;
    if (rows > 0) await pause();
  }
  return swept;
}

/** Pages that no row needs any more are used again, and count for nothing. */
export async function usedBytes({ read }: SqliteConnection): Promise<{ usedBytes?: number }> {
  const [used] = await read<{ usedBytes: number }>(USED_BYTES);
  return used ?? {};
}

/** How large the file may become, and how many rows this process evicted. */
export interface FileBound {
  readonly maxBytes: number | undefined;
  evictions: number;
}

/** What a write needs in a file. */
export interface Room {
  readonly bytes: number;
  readonly bound: FileBound;
}

/** Whether a file of that size can ever hold a value of so many bytes. */
export function canHold({ bytes, bound: { maxBytes } }: Room): boolean {
  return maxBytes === undefined || bytes + OVERHEAD <= maxBytes;
}

/** True if the file has reached its limit, and not the disk: evicting rows would not help a full disk. */
async function isAtLimit(query: Query, bytes: number): Promise<boolean> {
  const [free] = await query<{ bytes: number }>(FREE_BYTES);
  return free !== undefined && free.bytes < bytes + OVERHEAD;
}

async function makeRoom(query: Query, { bytes, bound }: Room): Promise<boolean> {
  const { maxBytes } = bound;
  // What its cache counts as expired leaves before all that can still be served.
  if ((await deleteExpired(query, Date.now() + ROW_GRACE)).length > 0) return true;
  if (maxBytes === undefined || !(await isAtLimit(query, bytes))) return false;
  const wanted = Math.max(bytes, maxBytes * SHARE);
  let freed = 0;
  for (let rows = 1; rows > 0 && freed < wanted; ) {
    const deleted = await deleteOldest(query, wanted - freed);
    rows = deleted.length;
    bound.evictions += rows;
    freed = deleted.reduce((sum, row) => sum + row.bytes, freed);
  }
  return freed > 0;
}

/** Writes, and if the file is full evicts rows and tries again, for as long as rows can go. */
export async function writeMakingRoom(
  query: Query,
  room: Room,
  write: () => Promise<unknown>,
): Promise<void> {
  try {
    await write();
  } catch (error) {
    if (faultKind(error) !== 'full' || !(await makeRoom(query, room))) throw error;
    await writeMakingRoom(query, room, write);
  }
}

/**
 * The rowids of a bounded file are its order of use: a row that is written gets the highest, and the lowest are evicted. A row that
 * is used is rewritten only when it is in the older half, so that a use costs no write. A row is rewritten at most twice in the
 * time in which the whole file is replaced.
 */
export class Recency {
  readonly #connection: SqliteConnection;
  readonly #isBounded: boolean;
  readonly #used = new Set<string>();

  constructor(connection: SqliteConnection, isBounded: boolean) {
    this.#connection = connection;
    this.#isBounded = isBounded;
  }

  note(key: string): void {
    if (!this.#isBounded) return;
    this.#used.add(key);
    if (this.#used.size >= USED_KEYS) void this.flush();
  }

  /** Rewrites the rows that were used and have sunk. Never rejects: an order that is slightly wrong does no harm. */
  async flush(): Promise<void> {
    if (this.#used.size === 0) return;
    const used = JSON.stringify([...this.#used]);
    this.#used.clear();
    try {
      const ageing = await this.#connection.read<{ key: string }>(AGEING, used);
      for (let start = 0; start < ageing.length; start += REWRITE_BATCH) {
        const keys = ageing.slice(start, start + REWRITE_BATCH).map(({ key }) => key);
        await this.#connection.write(REWRITE, JSON.stringify(keys));
      }
    } catch {}
  }
}
