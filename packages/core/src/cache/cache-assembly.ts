import { prefixOf } from '../entry/vault.ts';
import { EntryStore } from '../entry-store/entry-store.ts';
import { logEvents } from '../events/logger.ts';
import { Reporter } from '../events/reporter.ts';
import { LeaseDesk } from '../flight/lease-desk.ts';
import { Inspection } from '../inspection/inspection.ts';
import { Bookkeeping } from '../ledger/bookkeeping.ts';
import { Prices } from '../ledger/prices.ts';
import { TallyBook } from '../ledger/tally-book.ts';
import { Answering } from '../pipeline/answering.ts';
import { Pipeline } from '../pipeline/pipeline.ts';
import { GuardedStore } from '../store/guarded-store.ts';
import type { Rows } from '../store/rows.ts';
import { TieredRows } from '../store/tiered-rows.ts';
import type { CacheParts } from './cache-parts.ts';
import { ManualAccess } from './manual-access.ts';
import { Steering } from './steering.ts';

/** What a cache is made of. */
export interface CacheAssembly {
  readonly reporter: Reporter;
  readonly rows: Rows;
  readonly entries: EntryStore;
  readonly calls: Answering;
  readonly steering: Steering;
  readonly manual: ManualAccess;
  readonly books: Bookkeeping;
  readonly prices: Prices;
  readonly inspection: Inspection;
}

function leasesOf({ lease }: CacheParts, rows: Rows, { prefix }: EntryStore) {
  return lease === undefined ? undefined : new LeaseDesk(rows, { prefix, milliseconds: lease });
}

function rowsOf({ store, near, ...parts }: CacheParts, reporter: Reporter): Rows {
  const probeKey = `${prefixOf(parts.namespace)}probe`;
  const far = new GuardedStore(store, { ...parts, reporter, probeKey });
  return near === undefined ? far : new TieredRows({ near, far, now: parts.now });
}

/** Puts a cache together: the one place that knows all of its parts. */
export function assembleCache(parts: CacheParts): CacheAssembly {
  const { store, now, policy } = parts;
  const book = new TallyBook(now);
  const prices = new Prices(parts.priceOf);
  const reporter = new Reporter({ book, knownPrice: prices.known });
  if (parts.logger !== undefined) logEvents(reporter.emitter, parts.logger);
  const rows = rowsOf(parts, reporter);
  const entries = new EntryStore(rows, parts);
  const seen = { entries, reporter, now };
  const inspection = new Inspection({ ...seen, store });
  const pipeline = new Pipeline({ ...seen, inspection, leases: leasesOf(parts, rows, entries) });
  return {
    reporter,
    rows,
    entries,
    calls: new Answering({ ...seen, pipeline }),
    steering: new Steering({ ...seen, store, flights: pipeline.flights }),
    manual: new ManualAccess({ ...seen, policy, pipeline }),
    inspection,
    books: new Bookkeeping({ ...parts, book, rows, reporter, prefix: entries.prefix }),
    prices,
  };
}
