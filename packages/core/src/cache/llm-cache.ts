import { namespacePrefix, type Usage } from '../entry/index.ts';
import { EntryStore } from '../entry-store/index.ts';
import { CacheEventEmitter, type EventName, type Listener, logEvents } from '../events/index.ts';
import { FlightLeases } from '../flight/index.ts';
import { Inspection } from '../inspection/index.ts';
import type { CallIdentity } from '../key/index.ts';
import {
  bestPrice,
  CacheLedger,
  type CacheStats,
  CountersByDay,
  countEvents,
  type Ledger,
  type LedgerGroup,
  type LedgerRow,
  type PricedModel,
  type PriceOf,
} from '../ledger/index.ts';
import type { CallOptions, Policy } from '../options/index.ts';
import { Pipeline } from '../pipeline/index.ts';
import { ResilientStore, type RowStore, TieredStore } from '../store/index.ts';
import type { ResolvedCacheOptions } from './cache-options.ts';
import { ManualAccess } from './get-and-set.ts';
import { type Selection, Steering } from './invalidate.ts';
import { warm } from './warm.ts';

/** What a cache is made of. */
export interface CacheContext {
  readonly events: CacheEventEmitter;
  readonly rows: RowStore;
  readonly entries: EntryStore;
  readonly pipeline: Pipeline;
  readonly steering: Steering;
  readonly manual: ManualAccess;
  readonly ledger: CacheLedger;
  readonly inspection: Inspection;
}

function leasesOf({ lease }: ResolvedCacheOptions, rows: RowStore, { prefix }: EntryStore) {
  return lease === undefined ? undefined : new FlightLeases(rows, { prefix, milliseconds: lease });
}

function rowsOf(
  { store, l1, ...parts }: ResolvedCacheOptions,
  events: CacheEventEmitter,
): RowStore {
  const probeKey = `${namespacePrefix(parts.namespace)}probe`;
  const l2 = new ResilientStore(store, { ...parts, events, probeKey });
  return l1 === undefined ? l2 : new TieredStore({ l1, l2, now: parts.now });
}

/** Puts a cache together: the one place that knows all of its parts. */
function cacheContext(parts: ResolvedCacheOptions): CacheContext {
  const { store, now, policy } = parts;
  const counters = new CountersByDay(now);
  const events = new CacheEventEmitter(countEvents({ counters, priceOf: parts.priceOf }));
  if (parts.logger !== undefined) logEvents(events, parts.logger);
  const rows = rowsOf(parts, events);
  const entries = new EntryStore(rows, parts);
  const seen = { entries, events, now };
  const inspection = new Inspection({ ...seen, store });
  const pipeline = new Pipeline({ ...seen, inspection, leases: leasesOf(parts, rows, entries) });
  return {
    events,
    rows,
    entries,
    pipeline,
    steering: new Steering({ ...seen, store, flights: pipeline.flights }),
    manual: new ManualAccess({ ...seen, policy }),
    inspection,
    ledger: new CacheLedger({ ...parts, counters, rows, events, prefix: entries.prefix }),
  };
}

/** Answers of language models, kept in a store. Made by `createLlmCache`. */
export class LlmCache {
  /** Shown to nobody who prints the cache: a scope may name a person. */
  declare readonly policy: Policy;
  readonly isOwnMemory: boolean;
  /** Takes one call through the cache; see `cachedLlmCall` for functions. */
  readonly pipeline: Pipeline;
  /** What lies in the store, entry by entry. */
  readonly inspection: Inspection;
  /** Asks each request once, a few at a time, so that later calls are hits. */
  readonly warm = warm;
  readonly #parts: CacheContext;
  readonly #priceOf: PriceOf | undefined;

  constructor(parts: ResolvedCacheOptions) {
    Object.defineProperty(this, 'policy', { value: parts.policy });
    this.isOwnMemory = parts.isOwnMemory;
    this.#parts = cacheContext(parts);
    this.#priceOf = parts.priceOf;
    this.pipeline = this.#parts.pipeline;
    this.inspection = this.#parts.inspection;
  }

  /** The response stored for an identity of your own, if one is fresh. */
  get(identity: CallIdentity, options: CallOptions = {}): Promise<unknown> {
    return this.#parts.manual.get(identity, options);
  }

  /** Stores a response for an identity of your own making. Was it stored? */
  set(identity: CallIdentity, response: unknown, options: CallOptions = {}): Promise<boolean> {
    return this.#parts.manual.set(identity, response, options);
  }

  keyOf(identity: CallIdentity, options: CallOptions = {}): string | undefined {
    return this.#parts.manual.keyOf(identity, options);
  }

  /** The selected entries answer nobody from now on. False when the store could not be told. */
  invalidate(selection: Selection): Promise<boolean> {
    return this.#parts.steering.invalidate(selection);
  }

  /** The selected entries are stale from now on. False when the store could not be told. */
  expire(selection: Selection): Promise<boolean> {
    return this.#parts.steering.expire(selection);
  }

  /** Removes every entry of this namespace, and nothing else. False when the store could not be told. */
  clear(): Promise<boolean> {
    return this.#parts.steering.clear();
  }

  /** What this process did since the cache was made; see `ledger` for all processes. */
  stats(): CacheStats;
  stats(options: { readonly by: LedgerGroup }): readonly LedgerRow[];
  stats(options?: { readonly by: LedgerGroup }): CacheStats | readonly LedgerRow[] {
    return options === undefined ? this.#parts.ledger.stats() : this.#parts.ledger.by(options.by);
  }

  /**
   * US dollars for an answer: by the option `priceOf`, else by the response's own `usage.cost`, else by the list of
   * `@pydantic/genai-prices` where it is installed. `undefined` where the price is not known, and never 0 for that.
   */
  priceOf(usage: Usage | undefined, whose: PricedModel): number | undefined {
    return bestPrice(this.#priceOf, usage, whose);
  }

  /** {@link stats}, as a text for people. */
  summary(): string {
    return this.#parts.ledger.summary();
  }

  /** What every process did that shares this store and namespace, of which the store can list rows. */
  ledger(): Promise<Ledger> {
    return this.#parts.ledger.ledger();
  }

  /** Returns how to stop listening. */
  on<Name extends EventName>(name: Name, listener: Listener<Name>): () => void {
    return this.#parts.events.on(name, listener);
  }

  /** Writes this process's counts down, waits for what is being written, and lets go of the store. */
  close(): Promise<void> {
    return this.#parts.ledger.close().then(() => this.#parts.rows.close());
  }
}
