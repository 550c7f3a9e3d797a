import type { CacheEventEmitter } from '../events/index.ts';
import { type Duration, toPositiveMilliseconds } from '../options/index.ts';
import { loadStoreFailures, type Store } from '../store/index.ts';
import { CounterSums, type NamedCounters } from './counters.ts';
import { type CountersByTime, countersOfWindow, dayOf, WINDOW } from './counters-by-time.ts';
import { figuresOf, type Ledger, type LedgerGroup, rowsBy } from './figures.ts';
import type { LedgerSpan, LedgerStore } from './ledger-store.ts';
import { readLedgerText } from './ledger-text.ts';

const DAY = 86_400_000;

interface CountingParts {
  readonly ledgerStore: LedgerStore;
  readonly counters: CountersByTime;
  readonly events: CacheEventEmitter;
  /** This process writes what it counts, so that its older windows are in the store. */
  readonly isWritten: boolean;
}

interface LedgerSumsParts extends CountingParts {
  readonly now: number;
  /** Milliseconds before now. `undefined`: all that was ever counted. */
  readonly since: number | undefined;
}

interface GivenParts extends CountingParts {
  readonly store: Store;
  /** There is no other process. */
  readonly isOwnMemory: boolean;
  readonly now: () => number;
  readonly since: Duration | undefined;
}

/** Which rows are added up. */
interface Choice {
  readonly span: LedgerSpan;
  /** Milliseconds since 1970. */
  readonly from: number;
}

const roundedDown = (instant: number, step: number) =>
  Math.max(0, Math.floor(instant / step) * step);

/** Windows where they reach back so far, and whole days else: more is counted than was asked for, and never less. */
function choose({ now, since, counters, isWritten }: LedgerSumsParts): Choice {
  if (since === undefined) return { span: 'day', from: Number.NEGATIVE_INFINITY };
  const from = roundedDown(now - since, WINDOW);
  const areKnown = since <= DAY && (isWritten || counters.earlierUntil <= from);
  return areKnown ? { span: 'window', from } : { span: 'day', from: roundedDown(now - since, DAY) };
}

/** What one process counted in one day or window. */
interface Counted {
  readonly process: string;
  /** Milliseconds since 1970. */
  readonly begin: number;
  readonly named: readonly NamedCounters[];
}

const beginOfDay = (day: string) => Date.parse(`${day}T00:00:00Z`);

function* ownCounts(
  { ledgerStore, counters }: LedgerSumsParts,
  span: LedgerSpan,
): Generator<Counted> {
  const { process } = ledgerStore;
  if (span === 'day') {
    for (const one of counters) yield { process, begin: beginOfDay(one.day), named: [one] };
    return;
  }
  for (const window of counters.windows) {
    yield { process, begin: window.from, named: countersOfWindow(window) };
  }
}

async function* writtenCounts(
  { ledgerStore }: LedgerSumsParts,
  span: LedgerSpan,
): AsyncGenerator<Counted> {
  for await (const { time, process, isInMemory, text } of ledgerStore.entries(span)) {
    const begin = span === 'day' ? beginOfDay(time) : Number(time);
    const day = span === 'day' ? time : dayOf(begin);
    if (!isInMemory) yield { process, begin, named: readLedgerText(text, day) };
  }
}

/** Adds up what is chosen. */
class LedgerSums {
  readonly #from: number;
  readonly #sums = new CounterSums();
  readonly #processes = new Set<string>();
  #newest = Number.NEGATIVE_INFINITY;

  constructor({ from }: Choice) {
    this.#from = from;
  }

  add({ process, begin, named }: Counted): void {
    // A day without a date, which a clock may have made, counts only where everything counts.
    const isChosen = this.#from === Number.NEGATIVE_INFINITY || begin >= this.#from;
    if (!isChosen || named.length === 0) return;
    this.#sums.add(named);
    this.#processes.add(process);
    this.#newest = Math.max(this.#newest, begin || this.#newest);
  }

  ledger(now: number, isComplete: boolean): Ledger {
    const { all } = this.#sums;
    return {
      processes: this.#processes.size,
      isComplete,
      since: Number.isFinite(this.#from) ? this.#from : undefined,
      ahead: Math.max(0, this.#newest - now),
      total: figuresOf(all),
      by: (group: LedgerGroup) => rowsBy(all, group),
    };
  }
}

/**
 * Adds what all processes wrote to what this process counted, whether it was written or not.
 *
 * @throws {LlmCacheError} `INVALID_DURATION`
 */
export async function sumLedger(given: GivenParts): Promise<Ledger> {
  const { ledgerStore, events, store, isOwnMemory, since } = given;
  const span = since === undefined ? undefined : toPositiveMilliseconds(since, 'since');
  const now = given.now();
  const parts = { ...given, now, since: span };
  const isLearned = await ledgerStore.learnReset();
  const choice = choose(parts);
  const sums = new LedgerSums(choice);
  for (const counted of ownCounts(parts, choice.span)) sums.add(counted);
  try {
    for await (const counted of writtenCounts(parts, choice.span)) sums.add(counted);
    const isListed = isOwnMemory || store.scan !== undefined;
    return sums.ledger(now, isListed && isLearned);
  } catch (error) {
    await emitFailure(events, error);
    return sums.ledger(now, false);
  }
}

async function emitFailure(events: CacheEventEmitter, error: unknown): Promise<void> {
  const { failureCode } = await loadStoreFailures();
  const reason = failureCode(error);
  events.emit('store-error', { operation: 'scan', reason, isPermanent: false });
}

/** Resolves to false if the store failed. */
export async function resetLedger({
  ledgerStore,
  events,
}: Pick<LedgerSumsParts, 'ledgerStore' | 'events'>): Promise<boolean> {
  try {
    return await ledgerStore.reset();
  } catch (error) {
    await emitFailure(events, error);
    return false;
  }
}
