import { ProviderBackOff } from '../adapter/index.ts';
import { namespacePrefix } from '../entry/index.ts';
import { EntryStore } from '../entry-store/index.ts';
import { CacheEventEmitter, logEvents } from '../events/index.ts';
import { type FlightLeases, Flights, loadLeases } from '../flight/index.ts';
import { Inspection } from '../inspection/index.ts';
import { CacheLedger, CountersByTime, countEvents } from '../ledger/index.ts';
import { MemoryRowStore, MemoryStore } from '../memory/index.ts';
import { Pipeline } from '../pipeline/index.ts';
import { type RowStore, RowsOnDemand } from '../store/index.ts';
import type { ResolvedCacheOptions } from './cache-options.ts';

/** The parts of one cache. */
export interface CacheContext
  extends Pick<ResolvedCacheOptions, 'store' | 'policy' | 'priceOf' | 'now'> {
  readonly events: CacheEventEmitter;
  readonly rows: RowStore;
  readonly entries: EntryStore;
  readonly inspection: Inspection;
  readonly backOff: ProviderBackOff;
  readonly pipeline: Pipeline;
  readonly ledger: CacheLedger;
  /** Waits until the leases of stored answers are released. */
  readonly closeLeases: () => Promise<unknown>;
}

/** @param isListening false where the rows of another request get what the store reports */
export function rowStoreOf(
  { store, l1, namespace, storeTimeout, now }: ResolvedCacheOptions,
  events: CacheEventEmitter,
  isListening?: boolean,
): RowStore {
  // A class that extends it may do anything.
  const isMemory = Object.getPrototypeOf(store) === MemoryStore.prototype;
  if (isMemory && l1 === undefined) return new MemoryRowStore(store as MemoryStore, events);
  const probeKey = `${namespacePrefix(namespace)}probe`;
  return new RowsOnDemand({ store, l1, storeTimeout, now, events, probeKey, isListening });
}

/** Puts the parts of a cache together. No other function knows all of them. */
export function createContext(options: ResolvedCacheOptions): CacheContext {
  const { store, policy, priceOf, now, lease, logger, storeTimeout } = options;
  const counters = new CountersByTime(now);
  const events = new CacheEventEmitter(countEvents({ counters, priceOf }));
  if (logger !== undefined) logEvents(events, logger);
  const rows = rowStoreOf(options, events);
  const entries = new EntryStore(rows, options);
  const { prefix } = entries;
  const { load, close: closeLeases } = leasesOnDemand(rows, { prefix, milliseconds: lease ?? 0 });
  const leases = lease === undefined ? undefined : load;
  const inspection = new Inspection({ entries, store, now, rows });
  const backOff = new ProviderBackOff(now);
  const known = { entries, events, now, inspection, backOff };
  const pipeline = new Pipeline({ ...known, leases, storeTimeout, flights: new Flights() });
  const ledger = new CacheLedger({ ...options, counters, rows, events, prefix });
  const parts = { rows, pipeline, ledger, closeLeases };
  return { store, policy, priceOf, ...known, ...parts };
}

/** Loads leases once, at the first call that needs one. Undefined if the import fails: the package was replaced under the running process. */
function leasesOnDemand(...given: ConstructorParameters<typeof FlightLeases>) {
  const make = async () => {
    const loaded = await loadLeases().catch(() => undefined);
    return loaded && new loaded.FlightLeases(...given);
  };
  let leases: Promise<FlightLeases | undefined> | undefined;
  return {
    load: () => {
      leases ??= make();
      return leases;
    },
    close: async () => (await leases)?.close(),
  };
}
