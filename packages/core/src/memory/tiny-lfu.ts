import type { FrequencySketch } from './frequency-sketch.ts';

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
interface ListedRow<Row extends ListedRow<Row>> {
  readonly bytes: number;
  list: RecencyList<Row> | undefined;
  newer: Row | undefined;
  older: Row | undefined;
}

/**
 * Rows from the most recently used to the least. (Re-inserting into a Map instead would cost 7 µs at 10,000 entries,
 * because of the tombstones that it leaves.)
 */
class RecencyList<Row extends ListedRow<Row>> {
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

/** A row as the order sees it. */
export interface OrderNode<Node extends OrderNode<Node>> extends ListedRow<Node> {
  readonly hash: number;
  /** How often it was used, up to 15. */
  uses: number;
  /** What it is worth in the main space. The row that is worth least leaves first. */
  worth: number;
}

/** Which rows leave first. */
export interface EvictionMode {
  /** The share of the room that is the window's, from 0 to 1. With a window of all the room, the order is LRU. */
  readonly windowShare: number;
  /** Where bytes are what is short: does a row that leaves the window enter the main space in any case? */
  readonly admitsAll: boolean;
}

/** The share of the main space for rows that were used since they entered it. New rows cannot push those out. */
const PROTECTED_SHARE = 0.8;

/** One write moves at most this many rows, so that a new window size is reached over several writes. */
const MAX_STEPS = 16;

const MAX_USES = 15;

/** Enough for a row of 1 GiB that was used once, which no text of V8 reaches. */
const LISTS = 64;

/**
 * The order in which rows are evicted: W-TinyLFU (Einziger, Friedman and Manes, "TinyLFU", 2017). A new row enters a
 * window, which is in order of recency. A row that leaves the window enters the main space if it was used more often
 * than the row that it would push out. Where rows are short, the main space has a probation and a protected segment;
 * a row on probation becomes protected when it is used.
 *
 * Where bytes are short, a row has to earn them. One answer of 100 KB takes the room of fifty of 2 KB, so uses for each byte are
 * compared. This decides whether a row is admitted (as in Einziger et al., "Lightweight Robust Size Aware Cache Management", 2022).
 * The main space is in the order of GreedyDual-Size with Frequency (Cherkasova, 1998). A queue with priorities would make a hit
 * cost O(log n). Instead, rows whose density differs by less than the root of two are in one list, in order of recency, as in
 * LRU-SP (Cheng and Kambayashi, 2000). A hit moves one row, and an eviction compares the ends of about fifty lists.
 */
export class TinyLfuOrder<Node extends OrderNode<Node>> {
  readonly #sketch: FrequencySketch;
  readonly #window = new RecencyList<Node>();
  readonly #protected = new RecencyList<Node>();
  readonly #probation = new RecencyList<Node>();
  readonly #ranked = Array.from({ length: LISTS }, () => new RecencyList<Node>());
  readonly #main = [this.#protected, this.#probation, ...this.#ranked];
  /** The worth of the row that was evicted from the main space last. Rows that are used later are worth more. */
  #inflation = 0;
  count = 0;
  bytes = 0;
  bounds: MemoryBounds;
  mode: EvictionMode;

  constructor(sketch: FrequencySketch, bounds: MemoryBounds, mode: EvictionMode) {
    this.#sketch = sketch;
    this.bounds = bounds;
    this.mode = mode;
  }

  get isOver(): boolean {
    return exceeds(this, this.bounds, 1);
  }

  add(node: Node): void {
    this.count += 1;
    this.bytes += node.bytes;
    node.uses = this.#sketch.countOf(node.hash);
    this.#window.push(node);
    for (let step = 0; step < MAX_STEPS && this.#isWindowOver(); step += 1) {
      const { oldest } = this.#window;
      if (oldest === undefined || !this.#fitsMain(oldest)) return;
      this.#enterMain(oldest);
    }
  }

  touch(node: Node): void {
    if (node.uses < MAX_USES) node.uses += 1;
    if (node.list === this.#window || node.list === this.#protected) node.list.touch(node);
    else if (this.#areBytesShort()) this.#rank(node);
    else this.#protect(node);
  }

  remove(node: Node): void {
    node.list?.remove(node);
    this.count -= 1;
    this.bytes -= node.bytes;
  }

  /** The row to evict next. */
  victim(): Node | undefined {
    const candidate = this.#window.oldest;
    const least = this.#leastOfMain();
    if (candidate === undefined || least === undefined) return candidate ?? least;
    if (!this.#isWindowOver()) return this.#leave(least);
    if (!this.#isAdmitted(candidate, least)) return candidate;
    this.#enterMain(candidate);
    return this.#leave(candidate.worth < least.worth ? candidate : least);
  }

  #leave(node: Node): Node {
    this.#inflation = node.worth;
    return node;
  }

  #isAdmitted(candidate: Node, victim: Node): boolean {
    if (this.mode.admitsAll && this.#areBytesShort()) return true;
    const uses = this.#sketch.countOf(candidate.hash) * this.#weightOf(victim);
    return uses > this.#sketch.countOf(victim.hash) * this.#weightOf(candidate);
  }

  #enterMain(node: Node): void {
    if (this.#areBytesShort()) this.#rank(node);
    else {
      node.worth = this.#inflation;
      this.#probation.push(node);
    }
  }

  /** Where the protected segment is full, its oldest row goes back on probation. */
  #protect(node: Node): void {
    node.worth = this.#inflation + 1 / this.#weightOf(node);
    this.#protected.push(node);
    const { oldest } = this.#protected;
    const share = PROTECTED_SHARE * (1 - this.mode.windowShare);
    if (oldest !== node && oldest !== undefined && exceeds(this.#protected, this.bounds, share))
      this.#enterMain(oldest);
  }

  #rank(node: Node): void {
    const density = node.uses / this.#weightOf(node);
    const list = this.#ranked[Math.floor(-2 * Math.log2(density))];
    node.worth = this.#inflation + density;
    (list ?? this.#probation).push(node);
  }

  #areBytesShort(): boolean {
    return this.bytes * this.bounds.maxEntries > this.count * this.bounds.maxBytes;
  }

  #weightOf(node: Node): number {
    return this.#areBytesShort() ? node.bytes : this.bounds.maxBytes / this.bounds.maxEntries;
  }

  #leastOfMain(): Node | undefined {
    let least: Node | undefined;
    for (const { oldest } of this.#main) {
      if (oldest !== undefined && (least === undefined || oldest.worth < least.worth))
        least = oldest;
    }
    return least;
  }

  #fitsMain(node: Node): boolean {
    const count = this.count - this.#window.count + 1;
    const bytes = this.bytes - this.#window.bytes + node.bytes;
    return !exceeds({ count, bytes }, this.bounds, 1 - this.mode.windowShare);
  }

  #isWindowOver(): boolean {
    const share = this.mode.windowShare;
    if (this.#window.count > 1) return exceeds(this.#window, this.bounds, share);
    // The only row of a window that may hold less than one row is no candidate, unless it is too large.
    return this.#window.bytes > share * this.bounds.maxBytes;
  }
}
