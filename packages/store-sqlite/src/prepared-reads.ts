import sqlite3, { type Database, type Statement } from 'sqlite3';
import type { SqliteValue } from './sqlite-connection.ts';

type Settle = (error: Error | null) => void;

/** What the driver tells a callback, as a promise. */
function told(ask: (settle: Settle) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    ask((error) => (error === null ? resolve() : reject(error)));
  });
}

function opened(path: string): Promise<Database> {
  // Never a new file: where it has just been set aside, another connection makes the next one.
  const mode = sqlite3.OPEN_READWRITE;
  return new Promise((resolve, reject) => {
    const database = new sqlite3.Database(path, mode, (error) => {
      if (error === null) resolve(database);
      else reject(error);
    });
  });
}

/** Over a connection of their own, so that they wait for no write; and each statement is prepared once, half of a read. */
export class PreparedReads {
  readonly #database: Database;
  readonly #statements = new Map<string, Promise<Statement>>();

  private constructor(database: Database) {
    this.#database = database;
  }

  static async open(path: string, busyTimeout: number): Promise<PreparedReads> {
    const database = await opened(path);
    database.configure('busyTimeout', busyTimeout);
    return new PreparedReads(database);
  }

  /** The texts of statements are few, and none is made of what a user says. */
  async query<Row>(sql: string, ...values: SqliteValue[]): Promise<Row[]> {
    const statement = await this.#prepared(sql);
    return new Promise((resolve, reject) => {
      // To the end: a statement that is left before holds on to what the file was then.
      statement.all<Row>(values, (error, rows) => (error === null ? resolve(rows) : reject(error)));
    });
  }

  async close(): Promise<void> {
    for (const preparing of this.#statements.values()) {
      const statement = await preparing.catch(() => undefined);
      if (statement !== undefined)
        await new Promise<void>((done) => statement.finalize(() => done()));
    }
    await told((settle) => this.#database.close(settle));
  }

  #prepared(sql: string): Promise<Statement> {
    const known = this.#statements.get(sql);
    if (known !== undefined) return known;
    const preparing = this.#prepare(sql);
    this.#statements.set(sql, preparing);
    preparing.catch(() => this.#statements.delete(sql)); // the next one tries again
    return preparing;
  }

  async #prepare(sql: string): Promise<Statement> {
    let statement: Statement | undefined;
    await told((settle) => {
      statement = this.#database.prepare(sql, settle);
    });
    if (statement === undefined) throw new Error('The driver gave no statement.');
    return statement;
  }
}
