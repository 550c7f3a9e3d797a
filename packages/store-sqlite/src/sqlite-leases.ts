import type { Leases } from '@cached-llm/core/store';
import { type FileBound, writeMakingRoom } from './eviction.ts';
import { IS_AMONG, LEASES } from './schema.ts';
import type { SqliteConnection } from './sqlite-connection.ts';

// SQLite reads its clock when the statement has the file for itself. However long it waited for that, no lease is
// shorter than asked for, or compared with an older time.
const NOW = "CAST(unixepoch('subsec') * 1000 AS INTEGER)";
const HOLDERS = `SELECT key, token FROM ${LEASES} WHERE ${IS_AMONG} AND token <> ? AND until > ${NOW}`;
const IS_FREE = `(until <= ${NOW} OR token = excluded.token)`;
// All of them in one transaction: a burst of calls asks for its leases at once.
const TAKE = `INSERT INTO ${LEASES}(key, token, until) SELECT value, ?, ${NOW} + ? FROM json_each(?) WHERE true
  ON CONFLICT(key) DO UPDATE SET
    until = iif(${IS_FREE}, excluded.until, until), token = iif(${IS_FREE}, excluded.token, token)
  RETURNING key, token`;
const RELEASE = `DELETE FROM ${LEASES} WHERE ${IS_AMONG} AND token = ?`;
const SWEEP = `DELETE FROM ${LEASES} WHERE until <= ${NOW}`;

interface LeaseRow {
  readonly key: string;
  readonly token: string;
}

/** Leases are in a table of their own, and never among the rows. */
export class SqliteLeases implements Leases {
  readonly #connection: SqliteConnection;
  readonly #bound: FileBound;

  constructor(connection: SqliteConnection, bound: FileBound) {
    this.#connection = connection;
    this.#bound = bound;
  }

  async take(
    keys: readonly string[],
    token: string,
    milliseconds: number,
  ): Promise<readonly string[]> {
    // A follower asks often while it waits for the leader, and that must cost no write.
    const held = await this.#connection.read<LeaseRow>(HOLDERS, JSON.stringify(keys), token);
    const holders = new Map(held.map((row) => [row.key, row.token]));
    const free = JSON.stringify(keys.filter((key) => !holders.has(key)));
    if (holders.size === keys.length) return keys.map((key) => holders.get(key) ?? token);
    const room = { bytes: Buffer.byteLength(free), bound: this.#bound };
    await this.#connection.writeFirst((query) =>
      writeMakingRoom(query, room, async () => {
        const taken = await query<LeaseRow>(TAKE, token, milliseconds, free);
        for (const row of taken) holders.set(row.key, row.token);
      }),
    );
    return keys.map((key) => holders.get(key) ?? token);
  }

  async release(keys: readonly string[], token: string): Promise<void> {
    await this.#connection.writeFirst((query) => query(RELEASE, JSON.stringify(keys), token));
  }

  /** Deletes the leases that have ended. */
  async sweep(): Promise<void> {
    await this.#connection.write(SWEEP);
  }
}
