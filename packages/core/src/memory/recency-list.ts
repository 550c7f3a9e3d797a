export interface MemoryBounds {
  readonly maxEntries: number;
  readonly maxBytes: number;
}

interface Filled {
  readonly count: number;
  readonly bytes: number;
}

/** Is this more than a share (0 to 1) of the bounds? */
export function exceeds({ count, bytes }: Filled, bounds: MemoryBounds, share: number): boolean {
  return count > share * bounds.maxEntries || bytes > share * bounds.maxBytes;
}

/** A row as a list sees it. It knows its neighbours, so that moving it takes the same time in any list. */
export interface ListedRow<Row extends ListedRow<Row>> {
  readonly bytes: number;
  list: RecencyList<Row> | undefined;
  newer: Row | undefined;
  older: Row | undefined;
}

/**
 * Rows from the most recently used to the least. (Re-inserting into a Map instead would cost 7 µs at 10,000 entries,
 * because of the tombstones that it leaves.)
 */
export class RecencyList<Row extends ListedRow<Row>> {
  oldest: Row | undefined;
  count = 0;
  bytes = 0;
  #newest: Row | undefined;

  /** Takes the row out of the list that it is in, and makes it the newest of this one. */
  push(row: Row): void {
    row.list?.remove(row);
    row.list = this;
    this.#link(row);
    this.count += 1;
    this.bytes += row.bytes;
  }

  remove(row: Row): void {
    this.#unlink(row);
    row.list = undefined;
    this.count -= 1;
    this.bytes -= row.bytes;
  }

  touch(row: Row): void {
    if (this.#newest === row) return;
    this.#unlink(row);
    this.#link(row);
  }

  #link(row: Row): void {
    row.older = this.#newest;
    row.newer = undefined;
    if (this.#newest !== undefined) this.#newest.newer = row;
    this.#newest = row;
    this.oldest ??= row;
  }

  #unlink(row: Row): void {
    if (row.newer === undefined) this.#newest = row.older;
    else row.newer.older = row.older;
    if (row.older === undefined) this.oldest = row.newer;
    else row.older.newer = row.newer;
    row.newer = undefined;
    row.older = undefined;
  }
}
