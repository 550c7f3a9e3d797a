import { exceeds, type MemoryBounds } from './memory-bounds.ts';
import { MemoryMain } from './memory-main.ts';
import type { MemorySketch } from './memory-sketch.ts';
import { RecencyList, type RecencyNode } from './recency-list.ts';

export interface OrderNode<Node extends OrderNode<Node>> extends RecencyNode<Node> {
  readonly hash: number;
  place: RecencyList<Node> | undefined;
}

/** What one write does at most of the work that a change of the window leaves. */
const MOST_STEPS = 16;

/**
 * Which row goes first. A new one enters a window that knows recency only; what falls out of that stays if it was used
 * more than what it would push out (Einziger, Friedman and Manes, "TinyLFU", 2017). A window of all the room is LRU.
 */
export class MemoryOrder<Node extends OrderNode<Node>> {
  readonly #sketch: MemorySketch;
  readonly #window = new RecencyList<Node>();
  readonly #main = new MemoryMain<Node>();
  bounds: MemoryBounds;
  /** How much of the room is the window's, from 0 to 1. */
  windowShare: number;

  constructor(sketch: MemorySketch, bounds: MemoryBounds, windowShare: number) {
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
    node.place = this.#window;
    this.#window.push(node);
    for (let step = 0; step < MOST_STEPS && this.#isWindowOver(); step += 1) {
      const { oldest } = this.#window;
      if (oldest === undefined || !this.#fitsMain(oldest)) return;
      this.#main.add(oldest);
    }
  }

  touch(node: Node): void {
    if (node.place === this.#window) this.#window.touch(node);
    else this.#main.touch(node, this.bounds, 1 - this.windowShare);
  }

  remove(node: Node): void {
    node.place?.remove(node);
    node.place = undefined;
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
