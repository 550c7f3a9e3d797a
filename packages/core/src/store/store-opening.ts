import { withDeadline } from './deadline.ts';
import type { Store } from './store.ts';

/** Loading a package and opening a file happen once, and are no reason to take a first hit for a miss. */
const PATIENCE = 5_000;

/** Waits once for a store to be ready: each operation then finds out for itself, and one that opens late is used. */
export class StoreOpening {
  readonly #store: Store;
  #waiting: Promise<void> | undefined;
  isOver = false;

  constructor(store: Store) {
    this.#store = store;
  }

  /** Never rejects. */
  wait(): Promise<void> {
    this.#waiting ??= this.#wait(this.#store.opening);
    return this.#waiting;
  }

  async #wait(opening: Promise<unknown> | undefined): Promise<void> {
    await (opening && withDeadline(opening, PATIENCE).catch(() => {}));
    this.isOver = true;
  }
}
