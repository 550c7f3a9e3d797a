import type { Entry } from '../entry/entry.ts';
import type { EntryStore } from '../entry-store/entry-store.ts';
import type { Store, StoredRow } from '../store/store.ts';

/** A row that ought to be an entry. */
export interface ScannedRow {
  readonly key: string;
  /** Characters of the row, as the store keeps it. */
  readonly bytes: number;
  /** Nothing where the row cannot be read, or was not written under this key. */
  readonly entry?: Entry | undefined;
}

/** What is looked at in one go: its markers are read together. */
const PAGE = 20;

/** Markers, leases, notes and ledgers live beside the entries; only an entry's key is a scope and a fingerprint. */
const ENTRY_KEY = /^(?:-|[\w-]{43}):[\w-]{43}$/;

function isEntryKey(key: string, prefix: string): boolean {
  return key.startsWith(prefix) && ENTRY_KEY.test(key.slice(prefix.length));
}

/** Nothing for a word that stands in the place of an entry. */
export async function scannedRow(
  entries: EntryStore,
  row: StoredRow,
): Promise<ScannedRow | undefined> {
  const entry = await entries.entryIn(row);
  if (entry === undefined && (await entries.isWord(row))) return undefined;
  return { key: row.key, bytes: row.value.length, entry };
}

/**
 * The rows of a namespace that ought to be entries, a page at a time: in constant memory, however many there are.
 *
 * @throws what the store throws, and an Error for a store that cannot list its keys.
 */
export async function* scanEntries(
  store: Store,
  entries: EntryStore,
): AsyncGenerator<readonly ScannedRow[], void, undefined> {
  if (store.scan === undefined) throw new Error('This store cannot list what it holds.');
  let page: ScannedRow[] = [];
  for await (const row of store.scan(entries.prefix)) {
    const scanned = isEntryKey(row.key, entries.prefix) && (await scannedRow(entries, row));
    if (scanned) page.push(scanned);
    if (page.length < PAGE) continue;
    yield page;
    page = [];
  }
  if (page.length > 0) yield page;
}
