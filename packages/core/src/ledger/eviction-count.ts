import type { Store } from '../store/store.ts';
import type { TallyBook } from './tally-book.ts';

/** No event tells of evictions: a store that knows is asked. */
export class EvictionCount {
  readonly #store: Store;
  readonly #book: TallyBook;
  #known = 0;

  constructor(store: Store, book: TallyBook) {
    this.#store = store;
    this.#book = book;
  }

  /** Counts those since the last time. */
  update(): void {
    const evictions = this.#store.measure?.().evictions ?? 0;
    const more = evictions - this.#known;
    if (more > 0) this.#book.storeTally().counts.evictions += more;
    this.#known = evictions;
  }
}
