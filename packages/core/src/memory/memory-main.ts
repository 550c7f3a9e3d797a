import { exceeds, type MemoryBounds } from './memory-bounds.ts';
import type { OrderNode } from './memory-order.ts';
import { RecencyList } from './recency-list.ts';

/** How much of it is for rows that were used here: no flood of new ones reaches them. */
const PROVEN_SHARE = 0.8;

/** The room outside the window: rows on probation go first, the others have been used since they came. */
export class MemoryMain<Node extends OrderNode<Node>> {
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
    node.place?.remove(node);
    node.place = this.#probation;
    this.#probation.push(node);
  }

  /** `share` is how much of the bounds is its own. Of those that have proven themselves the oldest makes room. */
  touch(node: Node, bounds: MemoryBounds, share: number): void {
    if (node.place === this.#proven) {
      this.#proven.touch(node);
      return;
    }
    node.place?.remove(node);
    node.place = this.#proven;
    this.#proven.push(node);
    const { oldest } = this.#proven;
    const isOver = exceeds(this.#proven, bounds, PROVEN_SHARE * share);
    if (isOver && oldest !== undefined && oldest !== node) this.add(oldest);
  }
}
