import type { Leases } from '@cached-llm/core/store';
import { LEASES } from './schema.ts';
import type { SqliteConnection } from './sqlite-connection.ts';

// SQLite reads its clock when the statement has the file for itself. However long it waited for that, no lease is
// shorter than asked for, or compared with an older time.
const NOW = "CAST(unixepoch('subsec') * 1000 AS INTEGER)";
const HOLDER = `SELECT token FROM ${LEASES} WHERE key = ? AND token <> ? AND until > ${NOW}`;
const IS_FREE = `(until <= ${NOW} OR token = excluded.token)`;
const TAKE = `INSERT INTO ${LEASES}(key, token, until) VALUES (?, ?, ${NOW} + ?)
  ON CONFLICT(key) DO UPDATE SET
    until = iif(${IS_FREE}, excluded.until, until), token = iif(${IS_FREE}, excluded.token, token)
  RETURNING token`;
const RELEASE = `DELETE FROM ${LEASES} WHERE key = ? AND token = ?`;
const SWEEP = `DELETE FROM ${LEASES} WHERE until <= ${NOW}`;

/** Leases are in a table of their own, and never among the rows. */
export class SqliteLeases implements Leases {
  readonly #connection: SqliteConnection;

  constructor(connection: SqliteConnection) {
    this.#connection = connection;
  }

  async take(key: string, token: string, milliseconds: number): Promise<string> {
    // A follower asks often while it waits for the leader, and that must cost no write.
    const [held] = await this.#connection.read<{ token: string }>(HOLDER, key, token);
    if (held !== undefined) return held.token;
    const [taken] = await this.#connection.write<{ token: string }>(TAKE, key, token, milliseconds);
    return taken?.token ?? token;
  }

  async release(key: string, token: string): Promise<void> {
    await this.#connection.write(RELEASE, key, token);
  }

  /** Deletes the leases that have ended. */
  async sweep(): Promise<void> {
    await this.#connection.write(SWEEP);
  }
}
