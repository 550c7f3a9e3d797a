import { setImmediate } from 'node:timers/promises';
import type { CacheEventEmitter } from '../events/index.ts';
import { type Policy, WRITING_MODES } from '../options/index.ts';
import { failureCode, type RowStore, type Store } from '../store/index.ts';
import {
  addCounters,
  type CounterName,
  type CountersByDay,
  emptyCounters,
  Groups,
  type NamedCounters,
} from './counters.ts';
import {
  type CacheStats,
  figuresOf,
  type Ledger,
  type LedgerGroup,
  type LedgerRow,
  rowsBy,
} from './figures.ts';
import type { LedgerStore } from './ledger-store.ts';
import { summaryOf } from './summary.ts';

export interface CacheLedgerParts {
  readonly store: Store;
  /** No other process sees the store. */
  readonly isOwnMemory: boolean;
  readonly policy: Policy;
  /** Milliseconds between two writes of this process's counters. `undefined`: they are never written. */
  readonly ledger: number | undefined;
  readonly counters: CountersByDay;
  readonly rows: RowStore;
  readonly events: CacheEventEmitter;
  readonly prefix: string;
}

/** Counters are not written where no other process can read them, nor in a mode that writes nothing. */
function intervalOf({ store, isOwnMemory, policy, ledger }: CacheLedgerParts): number | undefined {
  const isShared = !isOwnMemory && store.scan !== undefined;
  return isShared && WRITING_MODES.has(policy.mode) ? ledger : undefined;
}

/** Sums by day, provider and model. They stay small, however many processes are added. */
class CounterSums {
  readonly #sums = new Groups(
    (name: CounterName): NamedCounters => ({ ...name, counters: emptyCounters() }),
  );

  add(all: readonly NamedCounters[]): void {
    for (const { day, provider, model, counters } of all) {
      addCounters(this.#sums.of({ day, provider, model }).counters, counters);
    }
  }

  get all(): readonly NamedCounters[] {
    return [...this.#sums];
  }
}

/** The figures of this process, and of all processes that share its store and namespace. */
export class CacheLedger {
  readonly #parts: CacheLedgerParts;
  readonly #interval: number | undefined;
  #ledgerStore: Promise<LedgerStore> | undefined;
  #countedEvictions = 0;

  constructor(parts: CacheLedgerParts) {
    this.#parts = parts;
    this.#interval = intervalOf(parts);
    if (this.#interval !== undefined) parts.counters.onChange = () => void this.#load();
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

  /** Loaded when something is counted that is to be written, or when it is asked for: most caches live in memory. */
  #load(): Promise<LedgerStore> {
    const parts = { ...this.#parts, interval: this.#interval };
    this.#ledgerStore ??= import('./ledger-store.ts').then(
      (loaded) => new loaded.LedgerStore(parts),
    );
    this.#ledgerStore.catch(() => {
      this.#ledgerStore = undefined; // the package was replaced under a running process
    });
    return this.#ledgerStore;
  }

  /** Adds what other processes wrote to what this process counted, whether it was written or not. */
  async ledger(): Promise<Ledger> {
    const own = this.#own();
    const sums = new CounterSums();
    sums.add(own);
    const ledgerStore = await this.#load();
    const processes = new Set(own.length === 0 ? [] : [ledgerStore.process]);
    const isComplete = await this.#addOthers(ledgerStore, sums, processes);
    const { all } = sums;
    const by = (group: LedgerGroup) => rowsBy(all, group);
    return { processes: processes.size, isComplete, total: figuresOf(all), by };
  }

  /** Writes under way are counted when they end, so they are awaited first. */
  async close(): Promise<void> {
    await this.#parts.rows.settled();
    await setImmediate();
    this.#countEvictions();
    await (await this.#ledgerStore)?.close();
  }

  async #addOthers(
    ledgerStore: LedgerStore,
    sums: CounterSums,
    processes: Set<string>,
  ): Promise<boolean> {
    const { store, isOwnMemory, events } = this.#parts;
    try {
      for await (const { process, counters } of ledgerStore.others()) {
        processes.add(process);
        sums.add(counters);
      }
      return isOwnMemory || store.scan !== undefined;
    } catch (error) {
      const reason = failureCode(error);
      events.emit('store-error', { operation: 'scan', reason, isPermanent: false });
      return false;
    }
  }

  #own(): readonly NamedCounters[] {
    this.#countEvictions();
    return [...this.#parts.counters];
  }

  /** A store sends no event when it evicts, so it is asked how many it evicted since the last time. */
  #countEvictions(): void {
    const { store, counters } = this.#parts;
    const evictions = store.measure?.().evictions ?? 0;
    const more = evictions - this.#countedEvictions;
    if (more > 0) counters.storeCounters().counts.evictions += more;
    this.#countedEvictions = evictions;
  }
}
