/** The four counters of a key are in one block of 64 bytes, so that reading them waits for memory once. */
const BLOCK = 64;

const QUARTER = BLOCK / 4;

const COUNTERS_PER_ROW = 16;

const MAX_COUNT = 15;

/** After this many uses for each row, every count is halved, so that a key that was popular once can be evicted. */
const USES_PER_ROW = 10;

/**
 * Counts how often each key was used of late, whether it is stored or not, in sixteen bytes for each row. It is a
 * count-min sketch: a count may be too high, and is never too low, up to 15.
 */
export class FrequencySketch {
  #counters = new Uint8Array(BLOCK * 8);
  #uses = 0;

  /** Makes room for the counts of this many rows. */
  reserve(rows: number): void {
    while (rows * COUNTERS_PER_ROW > this.#counters.length) {
      const doubled = new Uint8Array(this.#counters.length * 2);
      // The block of a key may be in either half from now on, so each half gets all counts.
      doubled.set(this.#counters);
      doubled.set(this.#counters, this.#counters.length);
      this.#counters = doubled;
    }
  }

  countOf(hash: number): number {
    const block = this.#blockOf(hash);
    const a = this.#counters[indexIn(block, hash, 0)] ?? 0;
    const b = this.#counters[indexIn(block, hash, 1)] ?? 0;
    const c = this.#counters[indexIn(block, hash, 2)] ?? 0;
    const d = this.#counters[indexIn(block, hash, 3)] ?? 0;
    return Math.min(a, b, c, d);
  }

  add(hash: number): void {
    const count = this.countOf(hash);
    this.#uses += 1;
    if (this.#uses * COUNTERS_PER_ROW >= this.#counters.length * USES_PER_ROW) this.#age();
    if (count === MAX_COUNT) return;
    const block = this.#blockOf(hash);
    this.#raise(indexIn(block, hash, 0), count);
    this.#raise(indexIn(block, hash, 1), count);
    this.#raise(indexIn(block, hash, 2), count);
    this.#raise(indexIn(block, hash, 3), count);
  }

  #blockOf(hash: number): number {
    const mixed = Math.imul(hash ^ (hash >>> 15), 0x9e3779b1);
    return ((mixed ^ (mixed >>> 13)) * BLOCK) & (this.#counters.length - 1);
  }

  /** A counter above the lowest of the four counts other keys as well, and is not raised. */
  #raise(index: number, count: number): void {
    if (this.#counters[index] === count) this.#counters[index] = count + 1;
  }

  #age(): void {
    const counters = this.#counters;
    for (let index = 0; index < counters.length; index += 1) {
      counters[index] = (counters[index] ?? 0) >>> 1;
    }
    this.#uses /= 2;
  }
}

/** Each of the four counters is in its own quarter of the block. */
function indexIn(block: number, hash: number, quarter: 0 | 1 | 2 | 3): number {
  const mixed = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  return block + quarter * QUARTER + ((mixed >>> (quarter * 4 + 12)) & (QUARTER - 1));
}
