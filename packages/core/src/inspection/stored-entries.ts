import {
  checkedHeader,
  type Entry,
  type Freshness,
  freshness,
  isEntryKey,
} from '../entry/index.ts';
import { type Address, type EntryStore, lastUse, type WriteResult } from '../entry-store/index.ts';
import {
  type TagGenerations,
  type TagState,
  type TagStates,
  tagsOfEntry,
} from '../invalidation/index.ts';
import { refuseUnknownOptions } from '../options/index.ts';
import type { Store, StoredRow } from '../store/index.ts';

export { retagEntry } from './retag.ts';

/** An entry as the store has it. */
export interface StoredEntry extends Entry {
  readonly key: string;
  /** The size in the store, without the key: characters of the row. */
  readonly bytes: number;
  /** What a look-up would find now. An invalidated entry is not served any more, and waits to be removed. */
  readonly state: Freshness | 'invalidated';
}

/** A row under the key of an entry. A row without an entry is damaged, was moved, or is encrypted with another secret. */
export interface InspectedRow extends Pick<StoredEntry, 'key' | 'bytes'> {
  readonly entry?: StoredEntry | undefined;
}

/** Selects entries: an entry must meet every condition that is given. */
export interface EntryFilter {
  /** @default every provider */
  readonly provider?: string | undefined;
  /** @default every model */
  readonly model?: string | undefined;
  /** One of the user's own tags. @default entries with and without tags */
  readonly tag?: string | undefined;
  /** @default every scope */
  readonly scope?: string | undefined;
  /** The least age, in milliseconds since the entry was stored. */
  readonly olderThan?: number | undefined;
  /** The greatest age, in milliseconds since the entry was stored. */
  readonly youngerThan?: number | undefined;
  /** The least size, in characters of the row. */
  readonly largerThan?: number | undefined;
  /** The states an entry may be in. @default every state */
  readonly states?: readonly StoredEntry['state'][] | undefined;
}

const CONDITIONS: ReadonlySet<string> = new Set<keyof EntryFilter>([
  'provider',
  'model',
  'tag',
  'scope',
  'olderThan',
  'youngerThan',
  'largerThan',
  'states',
]);

/** @throws {LlmCacheError} `INVALID_OPTION` for a condition that is none, because without it every entry would match */
export function checkFilter(filter: EntryFilter): void {
  refuseUnknownOptions(filter, CONDITIONS);
}

/** Does the entry meet every condition of the filter? */
export function matches(filter: EntryFilter, entry: StoredEntry, now: number): boolean {
  const { header, bytes, state } = entry;
  const { provider = header.provider, model = header.model, scope = header.scope } = filter;
  const { olderThan = Number.NEGATIVE_INFINITY, youngerThan = Number.POSITIVE_INFINITY } = filter;
  const { tag, largerThan = 0, states } = filter;
  const age = now - header.storedAt;
  return (
    provider === header.provider &&
    model === header.model &&
    scope === header.scope &&
    (tag === undefined || header.tags?.includes(tag) === true) &&
    age >= olderThan &&
    age <= youngerThan &&
    bytes >= largerThan &&
    (states === undefined || states.includes(state))
  );
}

/** The rows are read from the user's own store, because a failure of it must reject here. */
export interface InspectionContext {
  readonly entries: EntryStore;
  readonly store: Store;
  readonly now: () => number;
}

interface ScannedRow extends Pick<InspectedRow, 'key' | 'bytes'> {
  readonly entry: Entry | undefined;
}

/** Rows that are inspected together, so that the states of their tags are read in one go. */
const PAGE_ROWS = 100;

async function scannedRow({ keyRing }: EntryStore, row: StoredRow) {
  return { key: row.key, bytes: row.value.length, entry: await keyRing.entryIn(row) };
}

async function* scannedPages({ store, entries }: InspectionContext) {
  if (store.scan === undefined) throw new Error('This store cannot list what it holds.');
  let page: ScannedRow[] = [];
  for await (const row of store.scan(entries.prefix)) {
    if (isEntryKey(row.key, entries.prefix)) page.push(await scannedRow(entries, row));
    if (page.length < PAGE_ROWS) continue;
    yield page;
    page = [];
  }
  if (page.length > 0) yield page;
}

/** @throws if the store does not answer, because then the state of an entry is not known. */
async function readStates(read: () => Promise<TagStates | undefined>): Promise<TagStates> {
  const states = await read();
  if (states === undefined) throw new Error('The store does not say what was invalidated.');
  return states;
}

/** A bound, because the names of tags are the user's. */
const MAX_KNOWN_TAGS = 10_000;

/** The states of tags, each read once in a scan, also where a tag has no state. */
class TagStatesOfScan {
  readonly #generations: TagGenerations;
  readonly #tags = new Set<string>();
  readonly #states = new Map<string, TagState>();

  constructor(generations: TagGenerations) {
    this.#generations = generations;
  }

  /** @throws where the store does not answer, because then the state of an entry is not known. */
  async read(tags: readonly string[]): Promise<TagStates> {
    if (this.#tags.size > MAX_KNOWN_TAGS) {
      this.#tags.clear();
      this.#states.clear();
    }
    const unknown = [...new Set(tags)].filter((tag) => !this.#tags.has(tag));
    if (unknown.length === 0) return this.#states;
    const found = await readStates(() => this.#generations.read(unknown));
    for (const tag of unknown) this.#tags.add(tag);
    for (const [name, state] of found) this.#states.set(name, state);
    return this.#states;
  }
}

async function statesOfKeys(entries: EntryStore, page: readonly ScannedRow[]): Promise<TagStates> {
  const rows = page.flatMap(({ key }) => entries.keyRowsOf(key));
  return rows.length === 0 ? new Map() : readStates(() => entries.tags.readRows(rows));
}

async function inspectPage(
  { entries, now }: InspectionContext,
  page: readonly ScannedRow[],
  known = new TagStatesOfScan(entries.tags),
): Promise<readonly InspectedRow[]> {
  const tags = page.flatMap(({ entry }) => (entry === undefined ? [] : tagsOfEntry(entry.header)));
  const tagStates = await known.read(tags);
  const keyStates = await statesOfKeys(entries, page);
  const states = keyStates.size === 0 ? tagStates : new Map([...tagStates, ...keyStates]);
  return page.map(({ key, bytes, entry }) => {
    if (entry === undefined) return { key, bytes };
    const valid = entries.tags.apply(states, entry.header, entries.keyRowsOf(key));
    const header = valid ?? entry.header;
    const state = valid === undefined ? 'invalidated' : freshness(header, now());
    return { key, bytes, entry: { header, payload: entry.payload, key, bytes, state } };
  });
}

/**
 * The rows of a namespace that are under the key of an entry. The memory it takes does not grow with their number.
 *
 * @throws what the store throws, and an Error for a store that cannot list its keys.
 */
export async function* inspectRows(
  context: InspectionContext,
): AsyncGenerator<InspectedRow, void, undefined> {
  const known = new TagStatesOfScan(context.entries.tags);
  for await (const page of scannedPages(context)) yield* await inspectPage(context, page, known);
}

/** The row under a key. Resolves to undefined if the store has no such row. */
export async function inspectRow(
  context: InspectionContext,
  key: string,
): Promise<InspectedRow | undefined> {
  const value = await context.store.get(key);
  if (typeof value !== 'string') return undefined;
  const row = await scannedRow(context.entries, { key, value });
  const [inspected] = await inspectPage(context, [row]);
  return inspected;
}

/**
 * What became of an entry that was to be restored. `superseded`: the answer to a later call is stored. `invalidated`: it
 * was invalidated in that moment. `no-entry`: what was given is not an entry.
 */
export type RestoreResult = 'restored' | 'expired' | 'no-entry' | Exclude<WriteResult, number>;

/** The given entry may come from a file, so it is checked as closely as a row is. */
function checkedEntry({ header: given, payload }: Entry): Entry | undefined {
  // The generations are those of the store that the entry came from.
  const header = checkedHeader({ ...given, generations: undefined });
  return header && { header, payload };
}

/** Where this cache stores the entry. */
function addressOfEntry(entries: EntryStore, { header }: Entry): Address {
  const { fingerprint, scope } = header;
  const key = entries.keyOf({ fingerprint, scope });
  const tags = tagsOfEntry(header);
  const tagRows = entries.tags.rows.of(tags);
  return { fingerprint, scope, key, keyRows: entries.keyRowsOf(key), tags, tagRows };
}

/** Stores an entry, unchanged, under the key that this cache has for its request. It keeps the end of its lifetime. */
export async function restoreEntry(
  { entries, now }: InspectionContext,
  given: Entry,
): Promise<RestoreResult> {
  const entry = checkedEntry(given);
  if (entry === undefined) return 'no-entry';
  const writtenAt = now();
  if (freshness(entry.header, writtenAt) === 'expired') return 'expired';
  const address = addressOfEntry(entries, entry);
  const found = await entries.read(address);
  if (found.isUnknown === true) return 'store-error';
  const life = lastUse(entry.header) - writtenAt;
  const tagStates = await entries.prepare(address, found, life);
  const written = await entries.write(address, entry, {
    ...{ tagStates, writtenAt },
    found: { ...found, tagStates },
  });
  return typeof written === 'number' ? 'restored' : written;
}
