import { TABLE } from './open-database.ts';
import { IS_AMONG } from './row-selection.ts';
import type { SqliteConnection } from './sqlite-connection.ts';

/** Keys that are gathered before they are looked at, and rows that one statement writes anew. */
const GATHERED = 256;
const BATCH = 16;

/** Answered from the index on the keys: no row is read. */
const AGEING = `SELECT key FROM ${TABLE} WHERE ${IS_AMONG} AND rowid <
  (SELECT min(rowid) FROM ${TABLE}) / 2 + (SELECT max(rowid) FROM ${TABLE}) / 2`;
const RENEW = `REPLACE INTO ${TABLE}(key, value) SELECT key, value FROM ${TABLE} WHERE ${IS_AMONG}`;

/**
 * The rowids of a bounded file are its order of use: whatever is written gets the highest, and the lowest are
 * evicted. A row that is used gets a new one only when it has sunk to the lower half, so that a use costs no
 * write, and one row at most two in the time in which the whole file is replaced.
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
    if (this.#used.size >= GATHERED) void this.settle();
  }

  /** Writes anew what was used and has sunk. Never rejects: an order that is a little wrong harms nobody. */
  async settle(): Promise<void> {
    if (this.#used.size === 0) return;
    const used = JSON.stringify([...this.#used]);
    this.#used.clear();
    try {
      const ageing = await this.#connection.read<{ key: string }>(AGEING, used);
      for (let start = 0; start < ageing.length; start += BATCH) {
        const keys = ageing.slice(start, start + BATCH).map(({ key }) => key);
        await this.#connection.write(RENEW, JSON.stringify(keys));
      }
    } catch {}
  }
}
