import { expiryNow } from './framed-text.ts';
import { IS_LIVE, TABLE } from './open-database.ts';
import type { SqliteConnection } from './sqlite-connection.ts';
import { sweepRows } from './sweep-rows.ts';

const UPSERT = `INSERT INTO ${TABLE}(key, value) VALUES(?, ?)
  ON CONFLICT(key) DO UPDATE SET value = excluded.value`;
const AMONG = 'key IN (SELECT value FROM json_each(?))';

function isFull(error: unknown): boolean {
  const { code } = (error ?? {}) as { code?: unknown }; // caught: anything, and of any realm
  return code === 'SQLITE_FULL';
}

/** The rows, as Keyv asks for them. An expired row is not there; only sweeping removes it. */
export class SqliteTable {
  /** Asked for by Keyv's interface. */
  readonly opts = {};
  readonly #connection: SqliteConnection;

  constructor(connection: SqliteConnection) {
    this.#connection = connection;
  }

  /** Asked for by Keyv's interface; a failure is told to whoever asked for the row, and to nobody else. */
  on(): this {
    return this;
  }

  async get<Text = string>(key: string): Promise<Text | undefined> {
    const sql = `SELECT value FROM ${TABLE} WHERE key = ? AND ${IS_LIVE}`;
    const [row] = await this.#connection.read<{ value: Text }>(sql, key, expiryNow());
    return row?.value;
  }

  async getMany<Text = string>(keys: string[]): Promise<(Text | undefined)[]> {
    const sql = `SELECT key, value FROM ${TABLE} WHERE ${AMONG} AND ${IS_LIVE}`;
    const values = [JSON.stringify(keys), expiryNow()];
    const rows = await this.#connection.read<{ key: string; value: Text }>(sql, ...values);
    const texts = new Map(rows.map(({ key, value }) => [key, value]));
    return keys.map((key) => texts.get(key));
  }

  async has(key: string): Promise<boolean> {
    return (await this.get(key)) !== undefined;
  }

  async set(key: string, text: string): Promise<boolean> {
    const write = () => this.#connection.write(UPSERT, key, text);
    await write().catch(async (error) => {
      if (!isFull(error) || (await sweepRows(this.#connection)) === 0) throw error;
      return write();
    });
    return true;
  }

  async delete(key: string): Promise<boolean> {
    const sql = `DELETE FROM ${TABLE} WHERE key = ? RETURNING 1`;
    return (await this.#connection.write(sql, key)).length > 0;
  }

  async deleteMany(keys: string[]): Promise<boolean> {
    const sql = `DELETE FROM ${TABLE} WHERE ${AMONG} RETURNING 1`;
    return (await this.#connection.write(sql, JSON.stringify(keys))).length > 0;
  }

  async clear(): Promise<void> {
    await this.#connection.write(`DELETE FROM ${TABLE}`);
  }

  disconnect(): Promise<void> {
    return this.#connection.close();
  }
}
