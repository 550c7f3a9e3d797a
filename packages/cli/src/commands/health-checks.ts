import { bytes, count, type Given, share, span } from '../command-line/options.ts';
import type { Session } from '../command-line/session.ts';
import { type OpenedCache, withCache } from '../store/open.ts';
import { EXIT, Failure } from '../terminal/exit.ts';
import { shownCount, shownShare, shownSize } from '../terminal/format.ts';
import { atLeast, atMost, type Check } from './check.ts';
import { storeChecks } from './store-checks.ts';

/** Limits, for alerts. */
export const healthFlags = {
  minHitRate: share('bad where fewer requests make no call: 0.5, 50%'),
  maxStoreErrors: count('<count>', 'bad where the store failed more often'),
  maxRoundTrip: span('--max-round-trip', 'bad where the store is slower: 50ms'),
  maxEntries: count('<count>', 'bad where there are more entries'),
  maxBytes: bytes('bad where they take more room: 2gb'),
} as const;

/** Read only where somebody wants to know: it looks at every entry. */
async function sizeChecks({ cache }: OpenedCache, given: Given<typeof healthFlags>) {
  const { maxEntries, maxBytes } = given;
  if (maxEntries === undefined && maxBytes === undefined) return [];
  let [entries, size] = [0, 0];
  for await (const row of cache.inspection.rows()) {
    entries += 1;
    size += row.bytes;
  }
  return [
    ...atMost('entries', [entries, maxEntries], shownCount),
    ...atMost('size', [size, maxBytes], shownSize),
  ];
}

async function openedChecks(
  session: Session,
  given: Given<typeof healthFlags>,
): Promise<readonly Check[]> {
  return withCache(session, 'look', async (opened) => {
    const failures: number[] = [];
    opened.cache.on('breaker-open', ({ failures: count }) => failures.push(count));
    const store = await storeChecks(opened, session.host, given.maxRoundTrip);
    const { total } = await opened.cache.ledger();
    const isClosed = failures.length === 0;
    return [
      ...store,
      { name: 'breaker', isWell: isClosed, found: isClosed ? 'closed' : 'open' },
      ...atLeast('hit rate', [total.hitRate, given.minHitRate], shownShare),
      ...atMost('store errors', [total.storeErrors, given.maxStoreErrors], shownCount),
      ...(await sizeChecks(opened, given)),
    ];
  });
}

function badStore(error: unknown): readonly Check[] {
  if (!(error instanceof Failure) || error.exitCode !== EXIT.failed) throw error;
  return [{ name: 'store', isWell: false, found: error.message }];
}

/** All that is to be known of a store's health; one that cannot be reached is bad, and no more is known. */
export function healthChecks(
  session: Session,
  given: Given<typeof healthFlags>,
): Promise<readonly Check[]> {
  return openedChecks(session, given).catch(badStore);
}
