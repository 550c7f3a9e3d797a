import type { AtomicRows, NewRow } from '@cached-llm/core/store';
import type { SqliteValue } from './driver/index.ts';
import { canHold, type FileBound, Recency, writeMakingRoom } from './eviction.ts';
import { RowBatches, writeOf } from './row-batches.ts';
import { expiryNow, expiryText, rowText, textIn } from './row-text.ts';
import { EXPIRY, IS_AMONG, IS_LIVE, TABLE } from './schema.ts';
import type { SqliteConnection } from './sqlite-connection.ts';
import { SqliteLeases } from './sqlite-leases.ts';
import { tidy, Upkeep } from './upkeep.ts';

/** As the process ends: nobody looks what is there, so a live row stays. */
const WRITE_UNLESS_LIVE = `INSERT INTO ${TABLE}(key, value) VALUES(?, ?)
  ON CONFLICT(key) DO UPDATE SET value = excluded.value WHERE substr(${TABLE}.value, 1, 15) < ?`;
const DELETE = `DELETE FROM ${TABLE} WHERE key = ? RETURNING 1`;
const DELETE_MANY = `DELETE FROM ${TABLE} WHERE ${IS_AMONG} RETURNING 1`;

const FEW = 8;
/** A cross join, so that SQLite looks at no row but those that are asked for. */
const SELECT_MANY = `WITH list(place, name) AS (SELECT key, value FROM json_each(?))
  SELECT place, value FROM list CROSS JOIN ${TABLE} ON key = name WHERE ${IS_LIVE}`;

const selectOne = (_: unknown, place: number): string =>
  `SELECT ${place} AS place, value FROM ${TABLE} WHERE key = ? AND ${IS_LIVE}`;
/** By the number of keys: SQLite makes a table of a list, which takes longer than to find a few rows one by one. */
const SELECT_FEW = Array.from({ length: FEW + 1 }, (_, length) =>
  Array.from({ length }, selectOne).join(' UNION ALL '),
);

interface PlacedRow {
  /** The place of its key among those that were asked for. */
  readonly place: number;
  readonly value: unknown;
}

/** The statement for the live rows under `keys`, in any order, and its parameters. */
function selection(keys: readonly string[]): [sql: string, ...values: SqliteValue[]] {
  const few = SELECT_FEW[keys.length];
  const now = expiryNow();
  return few
    ? [few, ...keys.flatMap((key) => [key, now])]
    : [SELECT_MANY, JSON.stringify(keys), now];
}

/** The storage adapter that Keyv asks for. An expired row is absent; only sweeping and evicting delete it. */
export class SqliteTable {
  /** Keyv's interface asks for it. */
  readonly opts = {};
  readonly leases: SqliteLeases;
  readonly #connection: SqliteConnection;
  readonly #bound: FileBound;
  readonly #recency: Recency;
  readonly #upkeep: Upkeep;
  readonly #batches: RowBatches;

  constructor(connection: SqliteConnection, bound: FileBound) {
    this.leases = new SqliteLeases(connection, bound);
    this.#connection = connection;
    this.#bound = bound;
    this.#recency = new Recency(connection, bound.maxBytes !== undefined);
    this.#batches = new RowBatches(connection, bound);
    this.#upkeep = new Upkeep(() => tidy(connection, this.leases, this.#recency));
  }

  /** Keyv subscribes to errors. What fails rejects, so there is only a file that was set aside to emit. */
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
    const texts: (Text | undefined)[] = keys.map(() => undefined);
    for (const { place, value } of await this.#connection.read<PlacedRow>(...selection(keys))) {
      const key = String(keys[place]);
      this.#recency.note(key);
      texts[place] = textIn(key, value) as Text | undefined; // Keyv leaves open what a row is; here it is text
    }
    return texts;
  }

  async has(key: string): Promise<boolean> {
    return (await this.get(key)) !== undefined;
  }

  /** Returns false for a value larger than the file may be: neither it nor the row before it is stored then. */
  async set(key: string, framed: string): Promise<boolean> {
    this.#upkeep.noteUse();
    const text = rowText(key, framed);
    const bytes = Buffer.byteLength(text);
    const isStored = canHold({ bytes, bound: this.#bound });
    if (isStored) await this.#batches.write({ key, text, bytes });
    else await this.#connection.write(DELETE, key);
    return isStored;
  }

  setNow(key: string, framed: string): void {
    const text = rowText(key, framed);
    const room = { bytes: Buffer.byteLength(text), bound: this.#bound };
    if (canHold(room)) this.#connection.writeNow(WRITE_UNLESS_LIVE, key, text, expiryNow());
  }

  async delete(key: string): Promise<boolean> {
    return (await this.#connection.write(DELETE, key)).length > 0;
  }

  async deleteMany(keys: string[]): Promise<boolean> {
    return (await this.#connection.write(DELETE_MANY, JSON.stringify(keys))).length > 0;
  }

  async clear(): Promise<void> {
    await this.#connection.write(`DELETE FROM ${TABLE}`);
  }

  async disconnect(): Promise<void> {
    this.#upkeep.end();
    await this.#recency.flush();
    await this.#connection.close();
  }
}

/** Adds the rows of a list, which is given as JSON. A row that has expired is no row. */
const ADD = `INSERT INTO ${TABLE}(key, value)
  SELECT json_extract(value, '$[0]'), json_extract(value, '$[1]') FROM json_each(?) WHERE true
  ON CONFLICT(key) DO UPDATE SET value = iif(${EXPIRY} < ?, excluded.value, value)
  RETURNING key, value`;
const SELECT = `SELECT value FROM ${TABLE} WHERE key = ? AND ${EXPIRY} >= ?`;
const REPLACE = `UPDATE ${TABLE} SET value = ? WHERE key = ? AND value = ? RETURNING 1`;

interface Row {
  readonly key: string;
  readonly value: string;
}

function textOf({ key, value, ttl }: NewRow): string {
  return rowText(key, expiryText(ttl === undefined ? undefined : Date.now() + ttl) + value);
}

/** Changes of rows that depend on what is stored. SQLite runs each statement in one step. */
export class SqliteAtomicRows implements AtomicRows {
  readonly #connection: SqliteConnection;
  readonly #bound: FileBound;

  constructor(connection: SqliteConnection, bound: FileBound) {
    this.#connection = connection;
    this.#bound = bound;
  }

  async add(rows: readonly NewRow[]): Promise<readonly string[]> {
    const texts = rows.map((row): Row => ({ key: row.key, value: textOf(row) }));
    const list = JSON.stringify(texts.map(({ key, value }) => [key, value]));
    const room = { bytes: Buffer.byteLength(list), bound: this.#bound };
    const stored = new Map<string, string | undefined>();
    await this.#connection.writeFirst((query) =>
      writeMakingRoom(query, room, async () => {
        const added = await query<Row>(ADD, list, expiryNow());
        for (const { key, value } of added) stored.set(key, textIn(key, value));
        // A row that another program has damaged is no row.
        const damaged = texts.filter(({ key }) => stored.get(key) === undefined);
        for (const { key, value } of damaged) await query(writeOf(1), key, value);
      }),
    );
    return rows.map(({ key, value }) => stored.get(key) ?? value);
  }

  replace(row: NewRow, expected: string): Promise<boolean> {
    const { key } = row;
    return this.#connection.writeInTurn(async (query) => {
      const [stored] = await query<Row>(SELECT, key, expiryNow());
      const value = stored?.value;
      if (typeof value !== 'string' || textIn(key, value) !== expected) return false;
      // Another process may have changed it since.
      return (await query(REPLACE, textOf(row), key, value)).length > 0;
    });
  }
}
