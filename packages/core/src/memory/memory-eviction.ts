import { exceeds, type MemoryBounds } from './memory-bounds.ts';
import { MemoryOrder } from './memory-order.ts';
import type { MemoryRow } from './memory-row.ts';
import { MemorySketch } from './memory-sketch.ts';
import { MemoryTrial } from './memory-trial.ts';

const HALF = 0.5;

/** Which rows stay: told of every use, it says which goes next while they are more than they may be. */
export class MemoryEviction {
  readonly #sketch = new MemorySketch();
  readonly #trial: MemoryTrial;
  readonly #bounds: MemoryBounds;
  readonly #order: MemoryOrder<MemoryRow>;

  constructor(bounds: MemoryBounds) {
    this.#bounds = bounds;
    this.#trial = new MemoryTrial(this.#sketch, bounds);
    this.#order = new MemoryOrder(this.#sketch, bounds, this.#trial.windowShare);
  }

  get bytes(): number {
    return this.#order.bytes;
  }

  get isOver(): boolean {
    return this.#order.isOver;
  }

  add(row: MemoryRow): void {
    this.#sketch.reserve(this.#order.count + 1);
    this.#count(row, false);
    this.#order.add(row);
  }

  /** `row` is what `before` is from now on. */
  replace(before: MemoryRow, row: MemoryRow): void {
    this.#order.remove(before);
    this.#count(row, true);
    this.#order.add(row);
  }

  /** While there is room for as much again, nothing is going to leave, and a use has nothing to tell. */
  touch(row: MemoryRow): void {
    if (!exceeds(this.#order, this.#bounds, HALF)) return;
    this.#count(row, true);
    this.#order.touch(row);
  }

  remove(row: MemoryRow): void {
    this.#order.remove(row);
  }

  victim(): MemoryRow | undefined {
    return this.#order.victim();
  }

  #count(row: MemoryRow, wasKept: boolean): void {
    this.#sketch.add(row.hash);
    this.#trial.use(row, this.#order.count, wasKept);
    this.#order.windowShare = this.#trial.windowShare;
  }
}
