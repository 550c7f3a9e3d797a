import { randomUUID } from 'node:crypto';
import type { Ledger } from '@cached-llm/core';
import {
  ago,
  bytes,
  count,
  defineCommand,
  duration,
  type OptionValues,
  type Session,
  share,
  VERSION,
} from '../command-line/index.ts';
import {
  hasEntries,
  noEntriesText,
  type OpenedCache,
  otherNamespaces,
  withCache,
} from '../store/index.ts';
import {
  EXIT,
  Failure,
  formatBytes,
  formatCount,
  formatDuration,
  formatLatency,
  formatPercent,
  formatQuantity,
  formatTable,
  type Host,
} from '../terminal/index.ts';

const healthOptions = {
  since: ago('judge the hit rate and store errors of this last time (default 1h)'),
  minHitRate: share('fail if the hit rate is lower: 0.5, 50%'),
  maxStoreErrors: count('fail if the store failed more often'),
  maxRoundTrip: duration('fail if the store is slower: 50ms'),
  maxEntries: count('fail if there are more entries'),
  maxBytes: bytes('fail if the entries take more space: 2gb'),
} as const;
type Limits = OptionValues<typeof healthOptions>;

interface Check {
  readonly name: string;
  readonly healthy: boolean;
  readonly found: string;
  /** The number that was compared with the limit: a share, a count, bytes or milliseconds. */
  readonly value?: number | undefined;
  readonly limit?: number | undefined;
}

/** The text behind the number is optional. */
type Limited = readonly [value: number, limit: number | undefined, of?: string];
type Format = (value: number) => string;

function atMost(name: string, [value, limit, of = '']: Limited, format: Format): readonly Check[] {
  if (limit === undefined) return [];
  const found = `${format(value)}${of} (must be at most ${format(limit)})`;
  return [{ name, healthy: value <= limit, found, value, limit }];
}

const DEFAULT_SINCE = 3_600_000;

/** Where nothing was asked, nothing is known of the hit rate, and nothing is wrong with it. */
function checkHitRate(ledger: Ledger, limit: number | undefined, time: string): readonly Check[] {
  if (limit === undefined) return [];
  const { requests, bypasses, hitRate: value } = ledger.total;
  const answered = requests - bypasses;
  const least = `(must be at least ${formatPercent(limit)})`;
  const name = 'hit rate';
  if (answered === 0) return [{ name, healthy: true, found: `no requests${time} ${least}`, limit }];
  const of = `${formatPercent(value)} of ${formatQuantity(answered, 'request')}${time}`;
  return [{ name, healthy: value >= limit, found: `${of} ${least}`, value, limit }];
}

function checkCounts(ledger: Ledger, limits: Limits, { now }: Host): readonly Check[] {
  const { minHitRate, maxStoreErrors } = limits;
  const time = ` in ${formatDuration(now() - (ledger.since ?? 0))}`;
  const { storeErrors } = ledger.total;
  return [
    ...checkHitRate(ledger, minHitRate, time),
    ...atMost('store errors', [storeErrors, maxStoreErrors, time], formatCount),
  ];
}

const PROBE_TTL = 60_000;

/** Milliseconds to write, read and remove a row; undefined where the store gave back something else. */
async function roundTrip({ store }: OpenedCache): Promise<number | undefined> {
  const key = `cached-llm:health:${randomUUID()}`;
  const startedAt = performance.now();
  await store.set(key, key, PROBE_TTL);
  const text = await store.get(key);
  await store.delete(key);
  return text === key ? performance.now() - startedAt : undefined;
}

/** The clocks of one network differ by less, in milliseconds. */
const LARGEST_DRIFT = 5_000;
const SAMPLED_ENTRIES = 1_000;

/** What was stored or counted in the future shows that the clocks of two machines differ. */
async function checkClock({ cache }: OpenedCache, ledger: Ledger, { now }: Host): Promise<Check> {
  let [ahead, seen] = [0, 0];
  for await (const { header } of cache.inspection.entries()) {
    ahead = Math.max(ahead, header.storedAt - now());
    seen += 1;
    if (seen === SAMPLED_ENTRIES) break;
  }
  const furthest = Math.max(ahead, ledger.ahead);
  const healthy = furthest <= LARGEST_DRIFT;
  const what = ahead === furthest ? 'an entry is' : 'a count is';
  const found = healthy
    ? 'nothing is from the future'
    : `${what} ${formatDuration(furthest)} from the future`;
  return { name: 'clock', healthy, found };
}

async function checkStore(
  opened: OpenedCache,
  maxRoundTrip: number | undefined,
): Promise<readonly Check[]> {
  const name = 'store';
  const took = await roundTrip(opened);
  if (took === undefined) {
    const found = `${opened.url} does not return what was written`;
    return [{ name, healthy: false, found }];
  }
  const advice = await opened.store.advice?.();
  const settings =
    advice === undefined ? [] : [{ name: 'settings', healthy: false, found: advice }];
  const found = `${opened.url} wrote, read and removed a row in ${formatLatency(took)}`;
  return [
    { name, healthy: true, found },
    ...atMost('round trip', [took, maxRoundTrip], formatLatency),
    ...settings,
  ];
}

/** Only where another namespace has entries: the one that is checked may be mistyped. */
async function checkNamespace(session: Session, opened: OpenedCache): Promise<readonly Check[]> {
  if (await hasEntries(opened.cache)) return [];
  const { others } = await otherNamespaces(session, opened.store);
  if (others.length === 0) return [];
  const found = await noEntriesText(session, opened.store);
  return [{ name: 'namespace', healthy: true, found }];
}

/** Only where a limit was given: it reads every row. */
async function checkSize(
  { cache }: OpenedCache,
  { maxEntries, maxBytes }: Limits,
): Promise<readonly Check[]> {
  if (maxEntries === undefined && maxBytes === undefined) return [];
  let [entries, size] = [0, 0];
  for await (const row of cache.inspection.rows()) {
    entries += 1;
    size += row.bytes;
  }
  return [
    ...atMost('entries', [entries, maxEntries], formatCount),
    ...atMost('size', [size, maxBytes], formatBytes),
  ];
}

function runChecks(session: Session, limits: Limits): Promise<readonly Check[]> {
  return withCache(session, 'must-exist', async (opened) => {
    let isClosed = true;
    opened.cache.on('breaker-open', () => {
      isClosed = false;
    });
    const store = await checkStore(opened, limits.maxRoundTrip);
    const ledger = await opened.cache.ledger({ since: limits.since ?? DEFAULT_SINCE });
    return [
      ...store,
      await checkClock(opened, ledger, session.host),
      ...(await checkNamespace(session, opened)),
      { name: 'breaker', healthy: isClosed, found: isClosed ? 'closed' : 'open' },
      ...checkCounts(ledger, limits, session.host),
      ...(await checkSize(opened, limits)),
    ];
  });
}

/** A store that cannot be reached is a finding; a wrong command line is not. */
function unreachable(error: unknown): readonly Check[] {
  if (!(error instanceof Failure) || error.exitCode !== EXIT.failed) throw error;
  return [{ name: 'store', healthy: false, found: error.message }];
}

const HEALTHY = '✓';

export const health = defineCommand({
  name: 'health',
  summary: 'Check the store, and the limits that you set.',
  notes:
    'The command writes, reads and removes a row, and looks for entries and counts from the future. --min-hit-rate and --max-store-errors judge the last hour, or the time of --since. The command exits with 1 if a check fails.',
  options: healthOptions,
  async run({ session, options: limits }) {
    const { output } = session;
    const found = await runChecks(session, limits).catch(unreachable);
    const version = `cached-llm ${VERSION}, Node ${process.versions.node}`;
    const checks = [...found, { name: 'version', healthy: true, found: version }];
    const healthy = checks.every((check) => check.healthy);
    await output.print({ healthy, checks }, () => {
      const { green, red } = output.colors;
      const style = (mark: string) => (mark === HEALTHY ? green(mark) : red(mark));
      const rows = checks.map((check) => [check.healthy ? HEALTHY : '✗', check.name, check.found]);
      return formatTable(output, [{ title: '', style }, { title: '' }, { title: '' }], rows);
    });
    return healthy ? EXIT.ok : EXIT.failed;
  },
});
