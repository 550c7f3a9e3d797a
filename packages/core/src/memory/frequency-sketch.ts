/** The counters of one key lie in one block, so that a use of it waits for memory once. */
const BLOCK = 64;

const QUARTER = BLOCK / 4;

const COUNTERS_PER_ROW = 16;

const MAX_COUNT = 15;

/** After so many uses a row, each count is halved: what was popular once does not stay for it. */
const USES_PER_ROW = 10;

/**
 * How often each key was used of late, kept or not, in sixteen bytes a row: a count-min sketch, which may say too
 * much, and never too little (Einziger, Friedman and Manes, "TinyLFU", 2017).
 */
export class FrequencySketch {
  #counters = new Uint8Array(BLOCK * 8);
  #uses = 0;

  /** Makes room for the counts of so many rows. */
  reserve(rows: number): void {
    while (rows * COUNTERS_PER_ROW > this.#counters.length) {
      const doubled = new Uint8Array(this.#counters.length * 2);
      // The number of a block is cut to the size: whichever half a key comes to stand in, its counts are there.
      doubled.set(this.#counters);
      doubled.set(this.#counters, this.#counters.length);
      this.#counters = doubled;
    }
  }

  countOf(hash: number): number {
    const block = this.#blockOf(hash);
    const a = this.#counters[placeIn(block, hash, 0)] ?? 0;
    const b = this.#counters[placeIn(block, hash, 1)] ?? 0;
    const c = this.#counters[placeIn(block, hash, 2)] ?? 0;
    const d = this.#counters[placeIn(block, hash, 3)] ?? 0;
    return Math.min(a, b, c, d);
  }

  add(hash: number): void {
    const count = this.countOf(hash);
    this.#uses += 1;
    if (this.#uses * COUNTERS_PER_ROW >= this.#counters.length * USES_PER_ROW) this.#age();
    if (count === MAX_COUNT) return;
    const block = this.#blockOf(hash);
    this.#raise(placeIn(block, hash, 0), count);
    this.#raise(placeIn(block, hash, 1), count);
    this.#raise(placeIn(block, hash, 2), count);
    this.#raise(placeIn(block, hash, 3), count);
  }

  #blockOf(hash: number): number {
    const mixed = Math.imul(hash ^ (hash >>> 15), 0x9e3779b1);
    return ((mixed ^ (mixed >>> 13)) * BLOCK) & (this.#counters.length - 1);
  }

  /** A counter that says more than the least of the four counts other keys as well, and stays. */
  #raise(place: number, count: number): void {
    if (this.#counters[place] === count) this.#counters[place] = count + 1;
  }

  #age(): void {
    const counters = this.#counters;
    for (let index = 0; index < counters.length; index += 1) {
      counters[index] = (counters[index] ?? 0) >>> 1;
    }
    this.#uses /= 2;
  }
}

/** Each of the four counters stands in a quarter of its own. */
function placeIn(block: number, hash: number, quarter: 0 | 1 | 2 | 3): number {
  const mixed = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  return block + quarter * QUARTER + ((mixed >>> (quarter * 4 + 12)) & (QUARTER - 1));
}
