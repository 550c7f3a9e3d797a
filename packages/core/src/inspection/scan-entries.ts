import type { Entry, EntryHeader, Freshness } from '../entry/index.ts';
import type { EntryStore } from '../entry-store/index.ts';
import type { TagGenerations, TagState, TagStates } from '../invalidation/index.ts';
import type { Store, StoredRow } from '../store/index.ts';

/** Which entries: those of which all that is said here is true. */
export interface EntryFilter {
  readonly provider?: string | undefined;
  readonly model?: string | undefined;
  /** One of the user's own tags. */
  readonly tag?: string | undefined;
  readonly scope?: string | undefined;
  /** Milliseconds since it was stored, at least. */
  readonly olderThan?: number | undefined;
  /** Milliseconds since it was stored, at most. */
  readonly youngerThan?: number | undefined;
  /** Bytes, at least. */
  readonly largerThan?: number | undefined;
  /** One of these. */
  readonly states?: readonly StoredEntry['state'][] | undefined;
}

function hasText(filter: EntryFilter, header: EntryHeader): boolean {
  const { provider = header.provider, model = header.model, scope = header.scope } = filter;
  const hasTag = filter.tag === undefined || header.tags?.includes(filter.tag) === true;
  return hasTag && provider === header.provider && model === header.model && scope === header.scope;
}

export function matches(filter: EntryFilter, entry: StoredEntry, now: number): boolean {
  const { olderThan = Number.NEGATIVE_INFINITY, youngerThan = Number.POSITIVE_INFINITY } = filter;
  const { largerThan = 0, states } = filter;
  const age = now - entry.header.storedAt;
  const isInTime = age >= olderThan && age <= youngerThan;
  const isInState = states === undefined || states.includes(entry.state);
  return isInTime && isInState && entry.bytes >= largerThan && hasText(filter, entry.header);
}

/** A row that ought to be an entry. */
export interface ScannedRow {
  readonly key: string;
  /** Characters of the row, as the store keeps it. */
  readonly bytes: number;
  /** Nothing where the row cannot be read, or was not written under this key. */
  readonly entry?: Entry | undefined;
}

/** What is looked at in one go: its markers are read together. */
const PAGE_ROWS = 20;

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
  const entry = await entries.keyRing.entryIn(row);
  if (entry === undefined && (await entries.keyRing.isKeyState(row))) return undefined;
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
    if (page.length < PAGE_ROWS) continue;
    yield page;
    page = [];
  }
  if (page.length > 0) yield page;
}

/** Remembered for the length of a scan: a bound, since tags are the user's. */
const MAX_KNOWN_TAGS = 10_000;

/** What the store says of tags, asked once for each: also that it says nothing. */
export class TagStatesOfScan {
  readonly #generations: TagGenerations;
  readonly #tags = new Set<string>();
  readonly #tagStates = new Map<string, TagState>();

  constructor(generations: TagGenerations) {
    this.#generations = generations;
  }

  /** @throws where the store does not answer: nothing can be said of entries then. */
  async of(tags: readonly string[]): Promise<TagStates> {
    if (this.#tags.size > MAX_KNOWN_TAGS) this.#forget();
    const unknown = [...new Set(tags)].filter((tag) => !this.#tags.has(tag));
    if (unknown.length === 0) return this.#tagStates;
    const found = await this.#generations.read(unknown);
    if (found === undefined) throw new Error('The store does not say what was invalidated.');
    for (const tag of unknown) this.#tags.add(tag);
    for (const [name, tagState] of found) this.#tagStates.set(name, tagState);
    return this.#tagStates;
  }

  #forget(): void {
    this.#tags.clear();
    this.#tagStates.clear();
  }
}

/** An entry as it lies in the store. */
export interface StoredEntry extends Entry {
  readonly key: string;
  /** What it takes in the store: characters of its row, the key left out. */
  readonly bytes: number;
  /** What a look-up would make of it now; invalidated entries answer nobody, and wait to be removed. */
  readonly state: Freshness | 'invalidated';
}

/** A row where an entry ought to be; without one, it was damaged, moved here, or sealed with another secret. */
export interface InspectedRow extends Pick<ScannedRow, 'key' | 'bytes'> {
  readonly entry?: StoredEntry | undefined;
}
