import { setImmediate } from 'node:timers/promises';
import type { CacheEventEmitter } from '../events/index.ts';
import { type Policy, WRITING } from '../options/index.ts';
import { faultName, type Rows, type Store } from '../store/index.ts';
import { type NamedTally, type TallyBook, TallySum } from './counters.ts';
import {
  type CacheStats,
  figuresOf,
  type Ledger,
  type LedgerGroup,
  type LedgerRow,
  rowsBy,
} from './figures.ts';
import { LedgerShelf } from './ledger-store.ts';
import { summaryOf } from './summary.ts';

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

export interface BookkeepingParts {
  readonly store: Store;
  /** Nobody but this process sees the store. */
  readonly isPrivate: boolean;
  readonly policy: Policy;
  /** Milliseconds between writings of this process's counts; nothing: never. */
  readonly ledger: number | undefined;
  readonly book: TallyBook;
  readonly rows: Rows;
  readonly events: CacheEventEmitter;
  readonly prefix: string;
}

/** Nothing is written where nobody could read it, nor to a store that is only read. */
function intervalOf({ store, isPrivate, policy, ledger }: BookkeepingParts): number | undefined {
  const isShared = !isPrivate && store.scan !== undefined;
  return isShared && WRITING.has(policy.mode) ? ledger : undefined;
}

/** What this process did, and what all did. */
export class Bookkeeping {
  readonly #parts: BookkeepingParts;
  readonly #shelf: LedgerShelf;
  readonly #evictions: EvictionCount;

  constructor(parts: BookkeepingParts) {
    this.#parts = parts;
    this.#evictions = new EvictionCount(parts.store, parts.book);
    this.#shelf = new LedgerShelf({ ...parts, interval: intervalOf(parts) });
  }

  stats(): CacheStats {
    const own = this.#own();
    const { evictions: _counted, ...size } = this.#parts.store.measure?.() ?? {};
    return { ...figuresOf(own), ...size, isStoreAway: this.#parts.rows.isOpen };
  }

  by(group: LedgerGroup): readonly LedgerRow[] {
    return rowsBy(this.#own(), group);
  }

  summary(): string {
    return summaryOf(figuresOf(this.#own()), this.by('model'));
  }

  /** Adds up what others wrote and what this process counted, written down or not. */
  async ledger(): Promise<Ledger> {
    const own = this.#own();
    const sum = new TallySum();
    sum.addAll(own);
    const processes = new Set(own.length === 0 ? [] : [this.#shelf.process]);
    const isComplete = await this.#addOthers(sum, processes);
    const all = [...sum];
    const by = (group: LedgerGroup) => rowsBy(all, group);
    return { processes: processes.size, isComplete, total: figuresOf(all), by };
  }

  /** What is being written is counted when it is. */
  async close(): Promise<void> {
    await this.#parts.rows.settled();
    await setImmediate();
    this.#evictions.update();
    await this.#shelf.close();
  }

  async #addOthers(sum: TallySum, processes: Set<string>): Promise<boolean> {
    const { store, isPrivate, events } = this.#parts;
    try {
      for await (const { process, tallies } of this.#shelf.others()) {
        processes.add(process);
        sum.addAll(tallies);
      }
      return isPrivate || store.scan !== undefined;
    } catch (error) {
      events.emit('store-error', {
        operation: 'scan',
        reason: faultName(error),
        isPermanent: false,
      });
      return false;
    }
  }

  #own(): readonly NamedTally[] {
    this.#evictions.update();
    return [...this.#parts.book];
  }
}
