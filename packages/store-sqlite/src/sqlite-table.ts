import { checkedText, textIn } from './checked-text.ts';
import { TABLE } from './open-database.ts';
import { Recency } from './recency.ts';
import { Room } from './room.ts';
import { IS_AMONG, type PlacedRow, rowSelection } from './row-selection.ts';
import { expiryNow } from './row-text.ts';
import type { SqliteConnection } from './sqlite-connection.ts';
import { SqliteLeases } from './sqlite-leases.ts';
import { tidy } from './tidy.ts';
import { Upkeep } from './upkeep.ts';

// Replaced, not updated: it gets a new rowid, see recency.ts.
const WRITE = `REPLACE INTO ${TABLE}(key, value) VALUES(?, ?)`;
const DELETE = `DELETE FROM ${TABLE} WHERE key = ? RETURNING 1`;

/** The rows, as Keyv asks for them. An expired row is not there; only sweeping removes it. */
export class SqliteTable {
  /** Asked for by Keyv's interface. */
  readonly opts = {};
  readonly leases: SqliteLeases;
  readonly #connection: SqliteConnection;
  readonly #room: Room;
  readonly #recency: Recency;
  readonly #upkeep: Upkeep;

  constructor(connection: SqliteConnection, maxBytes: number | undefined) {
    this.leases = new SqliteLeases(connection);
    this.#connection = connection;
    this.#room = new Room(maxBytes);
    this.#recency = new Recency(connection, maxBytes !== undefined);
    this.#upkeep = new Upkeep(() => tidy(connection, this.leases, this.#recency));
  }

  /** What fails is told to whoever asked for it; a listener hears of a file that was set aside. */
  on(_event: string, listener: (error: Error) => void): this {
    this.#connection.onQuarantine(listener);
    return this;
  }

  async get<Text = string>(key: string): Promise<Text | undefined> {
    const [text] = await this.getMany<Text>([key]);
    return text;
  }

  async getMany<Text = string>(keys: string[]): Promise<(Text | undefined)[]> {
    this.#upkeep.noteUse();
    const { sql, values } = rowSelection(keys, expiryNow());
    const texts: (Text | undefined)[] = keys.map(() => undefined);
    for (const { place, value } of await this.#connection.read<PlacedRow>(sql, ...values)) {
      texts[place] = this.#found<Text>(String(keys[place]), value);
    }
    return texts;
  }

  async has(key: string): Promise<boolean> {
    return (await this.get(key)) !== undefined;
  }

  /** False for a value that is larger than the file may be: it is not kept, nor is what stood under its key. */
  async set(key: string, framed: string): Promise<boolean> {
    this.#upkeep.noteUse();
    const text = checkedText(key, framed);
    const bytes = Buffer.byteLength(text);
    const canHold = this.#room.canHold(bytes);
    await this.#connection.writeInTurn((query) =>
      this.#room.writeInto(query, bytes, () =>
        canHold ? query(WRITE, key, text) : query(DELETE, key),
      ),
    );
    return canHold;
  }

  async delete(key: string): Promise<boolean> {
    return (await this.#connection.write(DELETE, key)).length > 0;
  }

  async deleteMany(keys: string[]): Promise<boolean> {
    const sql = `DELETE FROM ${TABLE} WHERE ${IS_AMONG} RETURNING 1`;
    return (await this.#connection.write(sql, JSON.stringify(keys))).length > 0;
  }

  async clear(): Promise<void> {
    await this.#connection.write(`DELETE FROM ${TABLE}`);
  }

  async disconnect(): Promise<void> {
    this.#upkeep.end();
    await this.#recency.settle();
    await this.#connection.close();
  }

  #found<Text>(key: string, value: unknown): Text | undefined {
    this.#recency.note(key);
    return textIn(key, value) as Text | undefined; // Keyv leaves open what a row is; here it is text
  }
}
