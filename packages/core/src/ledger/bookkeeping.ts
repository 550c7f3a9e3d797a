import { setImmediate } from 'node:timers/promises';
import type { CacheParts, CacheStats } from '../cache/cache-parts.ts';
import type { Reporter } from '../events/reporter.ts';
import { WRITING } from '../options/option-words.ts';
import { faultName } from '../store/fault-name.ts';
import type { Rows } from '../store/rows.ts';
import type { NamedTally } from './day-book.ts';
import { EvictionCount } from './eviction-count.ts';
import { figuresOf } from './figures.ts';
import type { Ledger, LedgerGroup, LedgerRow } from './ledger-figures.ts';
import { rowsBy } from './ledger-rows.ts';
import { LedgerShelf } from './ledger-shelf.ts';
import { summaryOf } from './summary.ts';
import type { TallyBook } from './tally-book.ts';
import { TallySum } from './tally-sum.ts';

export interface BookkeepingParts
  extends Pick<CacheParts, 'store' | 'isPrivate' | 'policy' | 'ledger'> {
  readonly book: TallyBook;
  readonly rows: Rows;
  readonly reporter: Reporter;
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
    const { store, isPrivate, reporter } = this.#parts;
    try {
      for await (const { process, tallies } of this.#shelf.others()) {
        processes.add(process);
        sum.addAll(tallies);
      }
      return isPrivate || store.scan !== undefined;
    } catch (error) {
      reporter.tell('store-error', {
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
