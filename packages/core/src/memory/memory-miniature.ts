import type { MemoryBounds } from './memory-bounds.ts';
import { MemoryOrder, type OrderNode } from './memory-order.ts';
import type { MemorySketch } from './memory-sketch.ts';

interface MiniatureRow extends OrderNode<MiniatureRow> {}

/** A store without values that holds a sample of the keys: it shows what a window of another size would keep. */
export class Miniature {
  readonly #rows = new Map<number, MiniatureRow>();
  readonly #order: MemoryOrder<MiniatureRow>;
  /** Hits that the window in use has missed of late, and this one had. */
  regret = 0;

  constructor(sketch: MemorySketch, bounds: MemoryBounds, windowShare: number) {
    this.#order = new MemoryOrder(sketch, bounds, windowShare);
  }

  get count(): number {
    return this.#rows.size;
  }

  get windowShare(): number {
    return this.#order.windowShare;
  }

  /** Was the row there? It is now. */
  use(hash: number, bytes: number): boolean {
    const found = this.#rows.get(hash);
    if (found !== undefined) {
      this.#order.touch(found);
      return true;
    }
    const row = { hash, bytes, place: undefined, newer: undefined, older: undefined };
    this.#rows.set(hash, row);
    this.#order.add(row);
    while (this.#order.isOver) this.#remove(this.#order.victim());
    return false;
  }

  /** From now on it holds less of the keys. */
  narrow(bounds: MemoryBounds, isSampled: (hash: number) => boolean): void {
    this.#order.bounds = bounds;
    for (const [hash, row] of this.#rows) if (!isSampled(hash)) this.#remove(row);
  }

  #remove(row: MiniatureRow | undefined): void {
    if (row === undefined) return;
    this.#order.remove(row);
    this.#rows.delete(row.hash);
  }
}
