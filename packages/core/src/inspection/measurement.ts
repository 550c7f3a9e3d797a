import { isEntryKey, namespacePrefix } from '../entry/index.ts';
import type { EntryStore } from '../entry-store/index.ts';
import type { CacheEventEmitter } from '../events/index.ts';
import type { ProviderEntries, StoreFigures } from '../ledger/index.ts';
import { loadStoreFailures, type Store, type StoredRow } from '../store/index.ts';

export interface MeasureOptions {
  /** Ends the count: then the figures that need it are absent. @default the count goes on to its end */
  readonly signal?: AbortSignal | undefined;
}

export interface Measured {
  readonly store: Store;
  readonly entries: EntryStore;
  readonly events: CacheEventEmitter;
  readonly now: () => number;
}

/** An entry that was not counted yet, or a row from which none can be read. */
interface Counted {
  readonly provider: string | undefined;
  entries: number;
  bytes: number;
}

const sizeOf = ({ bytes, value }: StoredRow): number => bytes ?? Buffer.byteLength(value);

const byBytes = (one: ProviderEntries, other: ProviderEntries) => other.bytes - one.bytes;

/** The entries of each provider. Resolves to undefined where they were not counted to the end. */
async function countByProvider(
  { store, entries }: Measured,
  { signal }: MeasureOptions,
): Promise<readonly ProviderEntries[] | undefined> {
  const counts = new Map<string | undefined, Counted>();
  for await (const row of store.scan?.(entries.prefix) ?? []) {
    if (signal?.aborted === true) return undefined;
    if (!isEntryKey(row.key, entries.prefix)) continue;
    const provider = (await entries.keyRing.entryIn(row))?.header.provider;
    const counted = counts.get(provider) ?? { provider, entries: 0, bytes: 0 };
    counted.entries += 1;
    counted.bytes += sizeOf(row);
    counts.set(provider, counted);
  }
  return store.scan === undefined ? undefined : [...counts.values()].sort(byBytes);
}

function sumOf(byProvider: readonly ProviderEntries[]) {
  let [entries, bytes] = [0, 0];
  for (const each of byProvider) {
    entries += each.entries;
    bytes += each.bytes;
  }
  return { entries, bytes, byProvider };
}

/**
 * Asks the store how full it is, and reads every row of the namespace to count the entries of each provider. The memory
 * that this takes does not grow with their number. Resolves to undefined, with the event `store-error`, where the store
 * fails.
 */
export async function measureStore(
  measured: Measured,
  options: MeasureOptions,
): Promise<StoreFigures | undefined> {
  const { store, events, now } = measured;
  try {
    const capacity = await store.capacity?.();
    const byProvider = await countByProvider(measured, options);
    const counted = byProvider === undefined ? {} : sumOf(byProvider);
    return { ...capacity, ...counted, measuredAt: now() };
  } catch (error) {
    const { failureCode } = await loadStoreFailures();
    const reason = failureCode(error);
    events.emit('store-error', { operation: 'scan', reason, isPermanent: false });
    return undefined;
  }
}

/** The namespace of the entry whose key this is. Undefined for the key of anything else, and of another format. */
export function namespaceOfKey(key: string): string | undefined {
  const [encoded = ''] = key.split(':', 1); // encoded, so that it has no colon itself
  try {
    const namespace = decodeURIComponent(encoded);
    return isEntryKey(key, namespacePrefix(namespace)) ? namespace : undefined;
  } catch {
    return undefined; // other software wrote it
  }
}
