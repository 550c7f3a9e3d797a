import { setImmediate } from 'node:timers/promises';
import type { CacheEventEmitter } from '../events/index.ts';
import { type Duration, isWorkers, type Policy, WRITING_MODES } from '../options/index.ts';
import type { RowStore, Store } from '../store/index.ts';
import type { NamedCounters } from './counters.ts';
import type { CountersByTime } from './counters-by-time.ts';
import {
  type CacheStats,
  figuresOf,
  type Ledger,
  type LedgerGroup,
  type LedgerRow,
  rowsBy,
} from './figures.ts';
import type { LedgerStore } from './ledger-store.ts';
import type { LiveStore, LiveStoreParts } from './live-store.ts';
import type { PriceOf } from './prices.ts';
import { type StoreFigures, storeFigures } from './store-figures.ts';

export interface CacheLedgerParts {
  readonly store: Store;
  /** No other process sees the store. */
  readonly isOwnMemory: boolean;
  readonly policy: Policy;
  /** Milliseconds between two writes of this process's counters. `undefined`: they are never written. */
  readonly ledger: number | undefined;
  /** Milliseconds between two writes of this process's latest calls. `false`: they are never written. */
  readonly live: number | false;
  readonly priceOf: PriceOf | undefined;
  readonly counters: CountersByTime;
  readonly rows: RowStore;
  readonly events: CacheEventEmitter;
  readonly prefix: string;
  readonly now: () => number;
}

/** Loaded when the counts of all processes are asked for. */
const loadLedgerSums = () => import('./ledger-sums.ts');

/** Loaded with the cache, because it has no part in a call. Events that come before are kept for it. */
function noteCalls(parts: CacheLedgerParts & LiveStoreParts): Promise<LiveStore | undefined> {
  const { events, now } = parts;
  const live = import('./live-store.ts').then(
    ({ LiveStore: Made }) => new Made(parts),
    () => undefined, // the package was replaced under a running process
  );
  events.note = (name, event) => {
    const at = now();
    void live.then((store) => store?.take(name, event, at));
  };
  return live;
}

/** Which counts of a ledger are asked for. */
export interface LedgerRange {
  /**
   * How long ago the oldest counts may be: `'1h'`. The beginning is rounded down: up to a day to five minutes, otherwise to the
   * start of a day in UTC. `since` of the ledger says where it is. @default everything, for 90 days
   */
  readonly since?: Duration | undefined;
}

/** The figures of this process, and of all processes that share its store and namespace. */
export class CacheLedger {
  readonly #parts: CacheLedgerParts;
  readonly #interval: number | undefined;
  readonly #live: Promise<LiveStore | undefined> | undefined;
  #ledgerStore: Promise<LedgerStore> | undefined;
  #countedEvictions = 0;
  #measured: StoreFigures = {};

  constructor(parts: CacheLedgerParts) {
    this.#parts = parts;
    const { live, ledger, store, counters, isOwnMemory, policy } = parts;
    // Nothing is written where no other process can read it, nor in a mode that writes nothing.
    if (!isOwnMemory && !isWorkers && WRITING_MODES.has(policy.mode)) {
      if (live !== false) this.#live = noteCalls({ ...parts, live });
      if (store.scan !== undefined) this.#interval = ledger;
    }
    if (this.#interval !== undefined) counters.onChange = () => void this.#load();
  }

  stats(): CacheStats {
    const { rows } = this.#parts;
    return { ...figuresOf(this.#own()), store: this.store(), isStoreAway: rows.isAway };
  }

  /** What the last measurement found, and what the store knows without one. */
  store(measured = this.#measured): StoreFigures {
    this.#measured = measured;
    const { evictions: _counted, ...known } = this.#parts.store.measure?.() ?? {};
    return storeFigures(measured, known);
  }

  by(group: LedgerGroup): readonly LedgerRow[] {
    return rowsBy(this.#own(), group);
  }

  async summary(): Promise<string> {
    const figures = figuresOf(this.#own());
    const more = { models: this.by('model'), store: this.store(), now: this.#parts.now() };
    return (await import('./summary.ts')).summaryOf(figures, more);
  }

  /** Loaded when something is counted that is to be written, or when it is asked for: most caches live in memory. */
  #load(): Promise<LedgerStore> {
    // It remembers nothing, and may be of a request of Workers that has ended.
    if (this.#interval === undefined) return this.#make();
    this.#ledgerStore ??= this.#make(); // a second one would write the same counts under another name
    this.#ledgerStore.catch(() => {
      this.#ledgerStore = undefined; // the package was replaced under a running process
    });
    return this.#ledgerStore;
  }

  async #make(): Promise<LedgerStore> {
    const { LedgerStore: Made } = await import('./ledger-store.ts');
    return new Made({ ...this.#parts, interval: this.#interval });
  }

  /** What all processes counted that share the store and the namespace. */
  async ledger({ since }: LedgerRange = {}): Promise<Ledger> {
    this.#countEvictions();
    const [ledgerStore, { sumLedger }] = await Promise.all([this.#load(), loadLedgerSums()]);
    const isWritten = this.#interval !== undefined;
    return sumLedger({ ...this.#parts, ledgerStore, isWritten, since });
  }

  /** Resolves to false if the store failed, so that the counts of other processes stay. */
  async reset(): Promise<boolean> {
    const [ledgerStore, { resetLedger }] = await Promise.all([this.#load(), loadLedgerSums()]);
    return resetLedger({ ...this.#parts, ledgerStore });
  }

  /** Writes under way are counted when they end, so they are awaited first. */
  async close(): Promise<void> {
    await this.#parts.rows.settled();
    await setImmediate();
    this.#countEvictions();
    await (await this.#ledgerStore)?.close();
    await (await this.#live)?.close();
  }

  #own(): readonly NamedCounters[] {
    this.#countEvictions();
    return [...this.#parts.counters];
  }

  /** A store sends no event when it evicts, so it is asked how many it evicted since the last time. */
  #countEvictions(): void {
    const { store, counters } = this.#parts;
    const evictions = store.measure?.()?.evictions ?? 0;
    const more = evictions - this.#countedEvictions;
    if (more > 0) counters.storeCounters().counts.evictions += more;
    this.#countedEvictions = evictions;
  }
}
