import { faultKind, type Query } from './driver/index.ts';
import { type FileBound, writeMakingRoom } from './eviction.ts';
import { TABLE } from './schema.ts';
import type { SqliteConnection } from './sqlite-connection.ts';

/** Rows that one statement writes. There are few sizes, because each of them stays prepared. */
const SIZES = [64, 16, 4, 1];
/** Bytes of the rows that wait together for their turn, and their share of a bounded file. */
const BATCH_BYTES = 1024 * 1024;
const BATCH_SHARE = 1 / 8;

/** Replaced, and not updated: a row gets a new rowid, see eviction.ts. */
export const writeOf = (rows: number): string =>
  `REPLACE INTO ${TABLE}(key, value) VALUES${Array(rows).fill('(?, ?)').join(', ')}`;

interface WaitingRow {
  readonly key: string;
  readonly text: string;
  readonly bytes: number;
}

/** Rows that are written together, as long as no other write was asked for after them. */
interface RowBatch {
  readonly rows: WaitingRow[];
  bytes: number;
  /** The number of its task, see `SqliteConnection.turns`. */
  readonly turn: number;
  /** The failure of each row that was not written. */
  readonly written: Promise<ReadonlyMap<WaitingRow, unknown>>;
}

/** Writes the rows of a burst of calls in few transactions: each transaction takes as long as many rows do. */
export class RowBatches {
  readonly #connection: SqliteConnection;
  readonly #bound: FileBound;
  readonly #batchBytes: number;
  /** The batch that has not begun, and takes further rows. */
  #last: RowBatch | undefined;

  constructor(connection: SqliteConnection, bound: FileBound) {
    this.#connection = connection;
    this.#bound = bound;
    const share = (bound.maxBytes ?? Number.POSITIVE_INFINITY) * BATCH_SHARE;
    this.#batchBytes = Math.min(BATCH_BYTES, share);
  }

  /** Resolves when the row is written. */
  async write(row: WaitingRow): Promise<void> {
    const batch = this.#batchFor(row);
    batch.rows.push(row);
    batch.bytes += row.bytes;
    const failures = await batch.written;
    if (failures.has(row)) throw failures.get(row);
  }

  #batchFor({ bytes }: WaitingRow): RowBatch {
    const last = this.#last;
    // What was asked for after a row must not come before it.
    const isLast = last !== undefined && last.turn === this.#connection.turns;
    if (isLast && last.bytes + bytes <= this.#batchBytes) return last;
    const rows: WaitingRow[] = [];
    const written = this.#connection.writeInTurn((query) => this.#writeAll(query, rows));
    this.#last = { rows, bytes: 0, turn: this.#connection.turns, written };
    return this.#last;
  }

  async #writeAll(
    query: Query,
    rows: readonly WaitingRow[],
  ): Promise<ReadonlyMap<WaitingRow, unknown>> {
    if (this.#last?.rows === rows) this.#last = undefined; // it has begun
    const failures = new Map<WaitingRow, unknown>();
    for (let start = 0; start < rows.length; ) {
      const size = SIZES.find((each) => each <= rows.length - start) ?? 1;
      await this.#writeSome(query, rows.slice(start, start + size), failures);
      start += size;
    }
    return failures;
  }

  /** Where many rows do not fit in, one of them may. */
  async #writeSome(
    query: Query,
    rows: readonly WaitingRow[],
    failures: Map<WaitingRow, unknown>,
  ): Promise<void> {
    const values = rows.flatMap(({ key, text }) => [key, text]);
    const bytes = rows.reduce((sum, row) => sum + row.bytes, 0);
    const room = { bytes, bound: this.#bound };
    try {
      await writeMakingRoom(query, room, () => query(writeOf(rows.length), ...values));
    } catch (error) {
      const isTooMuch = rows.length > 1 && faultKind(error) === 'full';
      if (isTooMuch) return this.#writeEach(query, rows, failures);
      for (const row of rows) failures.set(row, error);
    }
  }

  async #writeEach(
    query: Query,
    rows: readonly WaitingRow[],
    failures: Map<WaitingRow, unknown>,
  ): Promise<void> {
    for (const row of rows) await this.#writeSome(query, [row], failures);
  }
}
