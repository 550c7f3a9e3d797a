import { percentOf, type Room, sizeOf } from './room.ts';
import type { Access, Trace } from './trace.ts';

interface Row {
  readonly size: number;
  uses: number;
  worth: number;
}

/** GreedyDual-Size with Frequency: the row with the fewest uses for each byte leaves, and the others age. */
class GreedyDual {
  readonly #rows = new Map<string, Row>();
  readonly #maxBytes: number;
  #bytes = 0;
  #inflation = 0;

  constructor({ maxBytes }: Room) {
    this.#maxBytes = maxBytes;
  }

  use(access: Access): boolean {
    const found = this.#rows.get(access.key);
    const row = found ?? { size: sizeOf(access), uses: 0, worth: 0 };
    row.uses += 1;
    row.worth = this.#inflation + row.uses / row.size;
    if (found !== undefined) return true;
    this.#rows.set(access.key, row);
    this.#bytes += row.size;
    while (this.#bytes > this.#maxBytes) this.#evict();
    return false;
  }

  #evict(): void {
    let [least] = this.#rows;
    for (const entry of this.#rows)
      if (least === undefined || entry[1].worth < least[1].worth) least = entry;
    if (least === undefined) return;
    this.#inflation = least[1].worth;
    this.#rows.delete(least[0]);
    this.#bytes -= least[1].size;
  }
}

/** Rows in the order in which they came, with the sum of their sizes. */
class Queue {
  readonly #rows = new Map<string, Row>();
  bytes = 0;

  get(key: string): Row | undefined {
    return this.#rows.get(key);
  }

  push(key: string, row: Row): void {
    this.#rows.set(key, row);
    this.bytes += row.size;
  }

  remove(key: string): boolean {
    this.bytes -= this.#rows.get(key)?.size ?? 0;
    return this.#rows.delete(key);
  }

  shift(): [string, Row] | undefined {
    const [first] = this.#rows;
    if (first !== undefined) this.remove(first[0]);
    return first;
  }
}

/** S3-FIFO (Yang et al., 2023), whose queues are measured in bytes. */
class ThreeQueues {
  readonly #small = new Queue();
  readonly #main = new Queue();
  readonly #ghosts = new Queue();
  readonly #maxBytes: number;

  constructor({ maxBytes }: Room) {
    this.#maxBytes = maxBytes;
  }

  use(access: Access): boolean {
    const found = this.#small.get(access.key) ?? this.#main.get(access.key);
    if (found !== undefined) {
      found.uses = Math.min(3, found.uses + 1);
      return true;
    }
    const wasEvicted = this.#ghosts.remove(access.key);
    const queue = wasEvicted ? this.#main : this.#small;
    queue.push(access.key, { size: sizeOf(access), uses: 0, worth: 0 });
    while (this.#small.bytes + this.#main.bytes > this.#maxBytes) this.#evict();
    return false;
  }

  #evict(): void {
    const isSmallFull = this.#small.bytes > 0.1 * this.#maxBytes || this.#main.bytes === 0;
    const [key, row] = (isSmallFull ? this.#small : this.#main).shift() ?? [];
    if (key === undefined || row === undefined) return;
    if (row.uses > 0) this.#main.push(key, { ...row, uses: isSmallFull ? 0 : row.uses - 1 });
    else if (isSmallFull) this.#ghosts.push(key, row);
    while (this.#ghosts.bytes > 0.9 * this.#maxBytes) this.#ghosts.shift();
  }
}

function rateOf(trace: Trace, room: Room, rows: GreedyDual | ThreeQueues): number {
  const fitting = trace.accesses.filter((access) => sizeOf(access) <= room.maxBytes);
  return percentOf(fitting.filter((access) => rows.use(access)).length, trace);
}

/** The percentage of the requests that GDSF answers in a room of bytes. */
export const hitRateOfGdsf = (trace: Trace, room: Room) =>
  rateOf(trace, room, new GreedyDual(room));

/** The percentage of the requests that S3-FIFO answers in a room of bytes. */
export const hitRateOfS3Fifo = (trace: Trace, room: Room) =>
  rateOf(trace, room, new ThreeQueues(room));
