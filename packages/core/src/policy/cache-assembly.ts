import { EntryStore } from '../effects/entry-store.ts';
import { GuardedStore } from '../effects/guarded-store.ts';
import { LeaseDesk } from '../effects/lease-desk.ts';
import { logEvents } from '../effects/logger.ts';
import { Reporter } from '../effects/reporter.ts';
import type { Rows } from '../effects/rows.ts';
import { TallyBook } from '../effects/tally-book.ts';
import { TieredRows } from '../effects/tiered-rows.ts';
import { prefixOf } from '../effects/vault.ts';
import { Answering } from './answering.ts';
import { Bookkeeping } from './bookkeeping.ts';
import type { CacheParts } from './cache-parts.ts';
import { Inspection } from './inspection.ts';
import { ManualAccess } from './manual-access.ts';
import { Pipeline } from './pipeline.ts';
import { Prices } from './prices.ts';
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
