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

/** A row as the order sees it. It knows its neighbours, so that moving it takes the same time in any list. */
export interface OrderNode<Node extends OrderNode<Node>> {
  readonly hash: number;
  readonly bytes: number;
  list: RecencyList<Node> | undefined;
  newer: Node | undefined;
  older: Node | undefined;
}

/**
 * Nodes from the most recently used to the least. (Re-inserting into a Map instead would cost 7 µs at 10,000 entries,
 * because of the tombstones that it leaves.)
 */
class RecencyList<Node extends OrderNode<Node>> {
  #newest: Node | undefined;
  #oldest: Node | undefined;
  #count = 0;
  #bytes = 0;

  get oldest(): Node | undefined {
    return this.#oldest;
  }

  get count(): number {
    return this.#count;
  }

  get bytes(): number {
    return this.#bytes;
  }

  push(node: Node): void {
    this.#link(node);
    this.#count += 1;
    this.#bytes += node.bytes;
  }

  remove(node: Node): void {
    this.#unlink(node);
    this.#count -= 1;
    this.#bytes -= node.bytes;
  }

  touch(node: Node): void {
    if (this.#newest === node) return;
    this.#unlink(node);
    this.#link(node);
  }

  #link(node: Node): void {
    node.older = this.#newest;
    node.newer = undefined;
    if (this.#newest !== undefined) this.#newest.newer = node;
    this.#newest = node;
    this.#oldest ??= node;
  }

  #unlink(node: Node): void {
    if (node.newer === undefined) this.#newest = node.older;
    else node.newer.older = node.older;
    if (node.older === undefined) this.#oldest = node.newer;
    else node.older.newer = node.newer;
    node.newer = undefined;
    node.older = undefined;
  }
}

/** The share of the main space for rows that were used since they entered it. New rows cannot push those out. */
const PROTECTED_SHARE = 0.8;

/** One write moves or compares at most this many rows, so that a new window size is reached over several writes. */
const MAX_STEPS = 16;

/**
 * The order in which rows are evicted: W-TinyLFU (Einziger, Friedman and Manes, "TinyLFU", 2017). A new row enters a
 * window, which is in order of recency. A row that leaves the window enters the main space if it was used more often
 * than the rows that it would push out. The main space has a probation and a protected segment; a row on probation
 * becomes protected when it is used. With a window of all the room, the order is LRU.
 */
export class TinyLfuOrder<Node extends OrderNode<Node>> {
  readonly #sketch: FrequencySketch;
  readonly #window = new RecencyList<Node>();
  readonly #probation = new RecencyList<Node>();
  readonly #protected = new RecencyList<Node>();
  bounds: MemoryBounds;
  /** The share of the room that is the window's, from 0 to 1. */
  windowShare: number;

  constructor(sketch: FrequencySketch, bounds: MemoryBounds, windowShare: number) {
    this.#sketch = sketch;
    this.bounds = bounds;
    this.windowShare = windowShare;
  }

  get count(): number {
    return this.#window.count + this.#probation.count + this.#protected.count;
  }

  get bytes(): number {
    return this.#window.bytes + this.#probation.bytes + this.#protected.bytes;
  }

  get isOver(): boolean {
    return exceeds(this, this.bounds, 1);
  }

  add(node: Node): void {
    this.#move(node, this.#window);
    for (let step = 0; step < MAX_STEPS && this.#isWindowOver(); step += 1) {
      const { oldest } = this.#window;
      if (oldest === undefined || !this.#fitsMain(oldest)) return;
      this.#move(oldest, this.#probation);
    }
  }

  touch(node: Node): void {
    if (node.list === this.#probation) this.#protect(node);
    else node.list?.touch(node);
  }

  remove(node: Node): void {
    node.list?.remove(node);
    node.list = undefined;
  }

  /** The row to evict next. */
  victim(): Node | undefined {
    const candidate = this.#window.oldest;
    const victim = this.#probation.oldest ?? this.#protected.oldest;
    if (candidate === undefined || victim === undefined) return candidate ?? victim;
    if (!this.#isWindowOver()) return victim;
    if (!this.#outweighs(candidate, victim)) return candidate;
    this.#move(candidate, this.#probation);
    return victim;
  }

  /** Where the protected segment is full, its oldest row goes back on probation. */
  #protect(node: Node): void {
    this.#move(node, this.#protected);
    const { oldest } = this.#protected;
    const isOver = exceeds(this.#protected, this.bounds, PROTECTED_SHARE * (1 - this.windowShare));
    if (isOver && oldest !== undefined && oldest !== node) this.#move(oldest, this.#probation);
  }

  #move(node: Node, list: RecencyList<Node>): void {
    node.list?.remove(node);
    node.list = list;
    list.push(node);
  }

  /** Was the candidate used more often than all the rows that would have to leave for it? */
  #outweighs(candidate: Node, first: Node): boolean {
    const uses = this.#sketch.countOf(candidate.hash);
    let missing = this.bytes - this.bounds.maxBytes;
    let lost = 0;
    let victim: Node | undefined = first;
    for (let step = 0; step < MAX_STEPS && victim !== undefined; step += 1) {
      lost += this.#sketch.countOf(victim.hash);
      missing -= victim.bytes;
      if (lost >= uses || missing <= 0) break;
      victim = victim.newer;
    }
    return lost < uses;
  }

  #fitsMain(node: Node): boolean {
    const count = this.#probation.count + this.#protected.count + 1;
    const bytes = this.#probation.bytes + this.#protected.bytes + node.bytes;
    return !exceeds({ count, bytes }, this.bounds, 1 - this.windowShare);
  }

  #isWindowOver(): boolean {
    const share = this.windowShare;
    if (this.#window.count > 1) return exceeds(this.#window, this.bounds, share);
    // The only row of a window that may hold less than one row is no candidate, unless it is too large.
    return this.#window.bytes > share * this.bounds.maxBytes;
  }
}
