/** A row with the instant of its end, and with its position among the others. */
export interface Expiring {
  /** Milliseconds since 1970. A row without an end has `Infinity`. */
  readonly expiresAt: number;
  position: number;
}

const ABSENT = -1;

/**
 * The rows that end, as a binary heap: the next one to expire comes first. It finds expired rows without a timer and
 * without a search, so that they never take the room of a row that can still be served.
 */
export class ExpiryOrder<Row extends Expiring> {
  readonly #heap: Row[] = [];

  /** A row that has expired by `now`, if there is one. */
  expired(now: number): Row | undefined {
    const first = this.#heap[0];
    return first !== undefined && now >= first.expiresAt ? first : undefined;
  }

  add(row: Row): void {
    if (Number.isFinite(row.expiresAt)) this.#rise(row, this.#heap.length);
    else row.position = ABSENT;
  }

  remove(row: Row): void {
    const { position } = row;
    if (position === ABSENT) return;
    row.position = ABSENT;
    const last = this.#heap.pop();
    if (last === undefined || last === row) return;
    this.#rise(last, position);
    this.#sink(last, last.position);
  }

  #rise(row: Row, from: number): void {
    let position = from;
    while (position > 0) {
      const above = (position - 1) >> 1;
      const parent = this.#heap[above];
      if (parent === undefined || parent.expiresAt <= row.expiresAt) break;
      this.#put(parent, position);
      position = above;
    }
    this.#put(row, position);
  }

  #sink(row: Row, from: number): void {
    let position = from;
    for (;;) {
      const child = this.#earlierChild(position);
      if (child === undefined || child.expiresAt >= row.expiresAt) break;
      const below = child.position;
      this.#put(child, position);
      position = below;
    }
    this.#put(row, position);
  }

  #earlierChild(position: number): Row | undefined {
    const left = this.#heap[2 * position + 1];
    const right = this.#heap[2 * position + 2];
    if (left === undefined || right === undefined) return left;
    return right.expiresAt < left.expiresAt ? right : left;
  }

  #put(row: Row, position: number): void {
    this.#heap[position] = row;
    row.position = position;
  }
}
