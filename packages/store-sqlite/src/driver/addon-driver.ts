import nodeModule from 'node:module'; // webpack would follow a createRequire that is imported by its name
import type { KeyvSqlite } from '@keyv/sqlite';
import type { Database, Statement } from 'sqlite3';
import type {
  DriverConnection,
  OpenOptions,
  Query,
  SqliteDriver,
  SqliteValue,
} from './sqlite-driver.ts';

type Settle = (error: Error | null) => void;

interface Packages {
  readonly sqlite3: typeof import('sqlite3');
  readonly keyvSqlite: typeof import('@keyv/sqlite');
}

/** Turns a callback of the driver into a promise. */
function settled(start: (settle: Settle) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    start((error) => (error === null ? resolve() : reject(error)));
  });
}

/** Statements that are prepared once, which halves a read, on a connection of their own, which waits for no write. */
class PreparedReads {
  readonly #database: Database;
  readonly #statements = new Map<string, Promise<Statement>>();

  private constructor(database: Database) {
    this.#database = database;
  }

  static async open({ sqlite3 }: Packages, { path, busyTimeout }: OpenOptions) {
    let database: Database | undefined;
    await settled((settle) => {
      // Never a new file: if this one has just been set aside, another connection makes the next one.
      database = new sqlite3.Database(path, sqlite3.OPEN_READWRITE, settle);
    });
    if (database === undefined) throw new Error('The SQLite driver returned no connection.');
    database.configure('busyTimeout', busyTimeout);
    return new PreparedReads(database);
  }

  /** There are few different statements, and none is made of what a user says, so all of them stay prepared. */
  async query<Row>(sql: string, ...values: SqliteValue[]): Promise<Row[]> {
    const statement = await this.#prepared(sql);
    return new Promise((resolve, reject) => {
      // All rows: a statement that is left before its end holds on to an old state of the file.
      statement.all<Row>(values, (error, rows) => (error === null ? resolve(rows) : reject(error)));
    });
  }

  async close(): Promise<void> {
    for (const preparing of this.#statements.values()) {
      const statement = await preparing.catch(() => undefined);
      if (statement !== undefined)
        await new Promise<void>((done) => statement.finalize(() => done()));
    }
    await settled((settle) => this.#database.close(settle));
  }

  #prepared(sql: string): Promise<Statement> {
    const known = this.#statements.get(sql);
    if (known !== undefined) return known;
    const preparing = this.#prepare(sql);
    this.#statements.set(sql, preparing);
    preparing.catch(() => this.#statements.delete(sql)); // the next read tries again
    return preparing;
  }

  async #prepare(sql: string): Promise<Statement> {
    let statement: Statement | undefined;
    await settled((settle) => {
      statement = this.#database.prepare(sql, settle);
    });
    if (statement === undefined) throw new Error('The SQLite driver returned no statement.');
    return statement;
  }
}

/** Opens a connection for writes, which makes the table of the rows. */
async function openForWrites({ keyvSqlite }: Packages, { path, busyTimeout, table }: OpenOptions) {
  const database = new keyvSqlite.KeyvSqlite({ uri: path, table, busyTimeout });
  // Both a listener and a first query must be there before the next tick, or a failed opening ends the process.
  database.on('error', () => {});
  await database.query('SELECT 1');
  return database;
}

async function openInMemory(packages: Packages, options: OpenOptions): Promise<DriverConnection> {
  const database = await openForWrites(packages, options);
  const query: Query = (sql, ...values) => database.query(sql, ...values);
  return { read: query, write: query, close: () => database.close() };
}

async function openFile(packages: Packages, options: OpenOptions): Promise<DriverConnection> {
  const reads = await PreparedReads.open(packages, options);
  let opening: Promise<KeyvSqlite> | undefined;
  return {
    read: (sql, ...values) => reads.query(sql, ...values),
    async write(sql, ...values) {
      // Opened at the first write: what is read before decides whether the file may be written at all.
      opening ??= openForWrites(packages, options);
      const database = await opening.catch((error) => {
        opening = undefined; // the next write tries again
        throw error;
      });
      return database.query(sql, ...values);
    },
    async close() {
      await reads.close();
      await (await opening?.catch(() => undefined))?.close();
    },
  };
}

/** @throws what `require` throws where the packages are not installed, or the addon is not built */
export async function loadAddonDriver(): Promise<SqliteDriver> {
  const ownRequire = nodeModule.createRequire(import.meta.url);
  // Asked first, and where @keyv/sqlite asks: if the addon cannot be loaded, the import below rejects a second time,
  // in a promise that nobody has, which ends the process.
  const sqlite3 = nodeModule.createRequire(ownRequire.resolve('@keyv/sqlite'))('sqlite3');
  const packages = { sqlite3, keyvSqlite: await import('@keyv/sqlite') };
  return (options) =>
    options.path === ':memory:' ? openInMemory(packages, options) : openFile(packages, options);
}
