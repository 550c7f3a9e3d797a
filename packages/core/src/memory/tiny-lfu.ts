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

/** A node knows its neighbours, so moving it costs the same in a list of ten and of a million. */
export interface RecencyNode<Node> {
  readonly bytes: number;
  newer: Node | undefined;
  older: Node | undefined;
}

/** Nodes from the most recently used to the least. (Re-inserting into a Map pays for its tombstones: 7 µs at 10,000 entries.) */
export class RecencyList<Node extends RecencyNode<Node>> {
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

/** How much of it is for rows that were used here: no flood of new ones reaches them. */
const PROTECTED_SHARE = 0.8;

/** The room outside the window: rows on probation go first, the others have been used since they came. */
export class MainSegment<Node extends OrderNode<Node>> {
  readonly #probation = new RecencyList<Node>();
  readonly #proven = new RecencyList<Node>();

  get oldest(): Node | undefined {
    return this.#probation.oldest ?? this.#proven.oldest;
  }

  get count(): number {
    return this.#probation.count + this.#proven.count;
  }

  get bytes(): number {
    return this.#probation.bytes + this.#proven.bytes;
  }

  add(node: Node): void {
    node.list?.remove(node);
    node.list = this.#probation;
    this.#probation.push(node);
  }

  /** `share` is how much of the bounds is its own. Of those that have proven themselves the oldest makes room. */
  touch(node: Node, bounds: MemoryBounds, share: number): void {
    if (node.list === this.#proven) {
      this.#proven.touch(node);
      return;
    }
    node.list?.remove(node);
    node.list = this.#proven;
    this.#proven.push(node);
    const { oldest } = this.#proven;
    const isOver = exceeds(this.#proven, bounds, PROTECTED_SHARE * share);
    if (isOver && oldest !== undefined && oldest !== node) this.add(oldest);
  }
}

export interface OrderNode<Node extends OrderNode<Node>> extends RecencyNode<Node> {
  readonly hash: number;
  list: RecencyList<Node> | undefined;
}

/** What one write does at most of the work that a change of the window leaves. */
const MOST_STEPS = 16;

/**
 * Which row goes first. A new one enters a window that knows recency only; what falls out of that stays if it was used
 * more than what it would push out (Einziger, Friedman and Manes, "TinyLFU", 2017). A window of all the room is LRU.
 */
export class TinyLfuOrder<Node extends OrderNode<Node>> {
  readonly #sketch: FrequencySketch;
  readonly #window = new RecencyList<Node>();
  readonly #main = new MainSegment<Node>();
  bounds: MemoryBounds;
  /** How much of the room is the window's, from 0 to 1. */
  windowShare: number;

  constructor(sketch: FrequencySketch, bounds: MemoryBounds, windowShare: number) {
    this.#sketch = sketch;
    this.bounds = bounds;
    this.windowShare = windowShare;
  }

  get count(): number {
    return this.#window.count + this.#main.count;
  }

  get bytes(): number {
    return this.#window.bytes + this.#main.bytes;
  }

  get isOver(): boolean {
    return exceeds(this, this.bounds, 1);
  }

  add(node: Node): void {
    node.list = this.#window;
    this.#window.push(node);
    for (let step = 0; step < MOST_STEPS && this.#isWindowOver(); step += 1) {
      const { oldest } = this.#window;
      if (oldest === undefined || !this.#fitsMain(oldest)) return;
      this.#main.add(oldest);
    }
  }

  touch(node: Node): void {
    if (node.list === this.#window) this.#window.touch(node);
    else this.#main.touch(node, this.bounds, 1 - this.windowShare);
  }

  remove(node: Node): void {
    node.list?.remove(node);
    node.list = undefined;
  }

  /** The row that goes next. */
  victim(): Node | undefined {
    const candidate = this.#window.oldest;
    const victim = this.#main.oldest;
    if (candidate === undefined || victim === undefined) return candidate ?? victim;
    if (!this.#isWindowOver()) return victim;
    if (!this.#outweighs(candidate, victim)) return candidate;
    this.#main.add(candidate);
    return victim;
  }

  /** Was it used more than all that would have to go for it? */
  #outweighs(candidate: Node, first: Node): boolean {
    const uses = this.#sketch.countOf(candidate.hash);
    let missing = this.bytes - this.bounds.maxBytes;
    let lost = 0;
    let victim: Node | undefined = first;
    for (let step = 0; step < MOST_STEPS && victim !== undefined; step += 1) {
      lost += this.#sketch.countOf(victim.hash);
      missing -= victim.bytes;
      if (lost >= uses || missing <= 0) break;
      victim = victim.newer;
    }
    return lost < uses;
  }

  #fitsMain(node: Node): boolean {
    const filled = { count: this.#main.count + 1, bytes: this.#main.bytes + node.bytes };
    return !exceeds(filled, this.bounds, 1 - this.windowShare);
  }

  #isWindowOver(): boolean {
    const share = this.windowShare;
    if (this.#window.count > 1) return exceeds(this.#window, this.bounds, share);
    return this.#window.bytes > share * this.bounds.maxBytes; // the newest is no candidate for being small
  }
}
