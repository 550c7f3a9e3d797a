import { setImmediate } from 'node:timers/promises';
import type { CacheEventEmitter } from '../events/index.ts';
import { type Policy, WRITING } from '../options/index.ts';
import { failureCode, type RowStore, type Store } from '../store/index.ts';
import { CounterSum, type CountersByDay, type NamedCounters } from './counters.ts';
import {
  type CacheStats,
  figuresOf,
  type Ledger,
  type LedgerGroup,
  type LedgerRow,
  rowsBy,
} from './figures.ts';
import { LedgerStore } from './ledger-store.ts';
import { summaryOf } from './summary.ts';

/** No event tells of evictions: a store that knows is asked. */
export class EvictionCount {
  readonly #store: Store;
  readonly #counters: CountersByDay;
  #known = 0;

  constructor(store: Store, counters: CountersByDay) {
    this.#store = store;
    this.#counters = counters;
  }

  /** Counts those since the last time. */
  update(): void {
    const evictions = this.#store.measure?.().evictions ?? 0;
    const more = evictions - this.#known;
    if (more > 0) this.#counters.storeCounters().counts.evictions += more;
    this.#known = evictions;
  }
}

export interface CacheLedgerParts {
  readonly store: Store;
  /** Nobody but this process sees the store. */
  readonly isPrivate: boolean;
  readonly policy: Policy;
  /** Milliseconds between writings of this process's counts; nothing: never. */
  readonly ledger: number | undefined;
  readonly counters: CountersByDay;
  readonly rows: RowStore;
  readonly events: CacheEventEmitter;
  readonly prefix: string;
}

/** Nothing is written where nobody could read it, nor to a store that is only read. */
function intervalOf({ store, isPrivate, policy, ledger }: CacheLedgerParts): number | undefined {
  const isShared = !isPrivate && store.scan !== undefined;
  return isShared && WRITING.has(policy.mode) ? ledger : undefined;
}

/** What this process did, and what all did. */
export class CacheLedger {
  readonly #parts: CacheLedgerParts;
  readonly #ledgerStore: LedgerStore;
  readonly #evictions: EvictionCount;

  constructor(parts: CacheLedgerParts) {
    this.#parts = parts;
    this.#evictions = new EvictionCount(parts.store, parts.counters);
    this.#ledgerStore = new LedgerStore({ ...parts, interval: intervalOf(parts) });
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
    const sum = new CounterSum();
    sum.addAll(own);
    const processes = new Set(own.length === 0 ? [] : [this.#ledgerStore.process]);
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
    await this.#ledgerStore.close();
  }

  async #addOthers(sum: CounterSum, processes: Set<string>): Promise<boolean> {
    const { store, isPrivate, events } = this.#parts;
    try {
      for await (const { process, counters } of this.#ledgerStore.others()) {
        processes.add(process);
        sum.addAll(counters);
      }
      return isPrivate || store.scan !== undefined;
    } catch (error) {
      events.emit('store-error', {
        operation: 'scan',
        reason: failureCode(error),
        isPermanent: false,
      });
      return false;
    }
  }

  #own(): readonly NamedCounters[] {
    this.#evictions.update();
    return [...this.#parts.counters];
  }
}
