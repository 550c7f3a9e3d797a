import { type Entry, entryText, freshness, readEntryText } from '../entry/index.ts';
import type { EntryStore } from '../entry-store/index.ts';
import { tagsOfEntry } from '../invalidation/index.ts';
import type { Store } from '../store/index.ts';
import {
  type EntryFilter,
  type InspectedRow,
  matches,
  type ScannedRow,
  type StoredEntry,
  scanEntries,
  scannedRow,
  TagStatesOfScan,
} from './scan-entries.ts';

/** What became of it; the last says what it is instead of an entry. */
export type RestoreResult = 'restored' | 'expired' | 'too-large' | 'store-error' | 'no-entry';

interface Restoring {
  readonly entries: EntryStore;
  readonly now: () => number;
}

/** What is given comes from a file: it is looked at as closely as a row is. */
function checked(given: Entry): Entry | undefined {
  const entry = readEntryText(entryText(given));
  if (entry?.header.generations === undefined) return entry;
  // The generations were those of the store that the entry came from.
  const { generations: _, ...header } = entry.header;
  return { header, payload: entry.payload };
}

/** Stores an entry under the key that this cache has for its request, as it is, and not for longer than it was to be. */
async function restoreEntry({ entries, now }: Restoring, given: Entry): Promise<RestoreResult> {
  const entry = checked(given);
  if (entry === undefined) return 'no-entry';
  const { header } = entry;
  const writtenAt = now();
  if (freshness(header, writtenAt) === 'expired') return 'expired';
  const tags = tagsOfEntry(header);
  const tagStates = await entries.tags.read(tags);
  if (tagStates === undefined) return 'store-error';
  const place = { key: entries.keyOf(header), tags, writtenAt };
  const written = await entries.write(place, entry, tagStates);
  return typeof written === 'number' ? 'restored' : written;
}

export interface InspectionParts {
  readonly entries: EntryStore;
  readonly store: Store;
  readonly now: () => number;
}

/**
 * Looks at what lies in the store, and asks nobody for an answer: nothing here counts as a request. What
 * fails rejects, for a look is not a call.
 */
export class Inspection {
  readonly #parts: InspectionParts;

  constructor(parts: InspectionParts) {
    this.#parts = parts;
  }

  /** Entries, as they come from the store, in constant memory; a store may give one twice while others write. */
  async *entries(filter: EntryFilter = {}): AsyncGenerator<StoredEntry, void, undefined> {
    for await (const { entry } of this.rows()) {
      if (entry !== undefined && matches(filter, entry, this.#parts.now())) yield entry;
    }
  }

  /** The same with the rows that hold no entry that can be read. */
  async *rows(): AsyncGenerator<InspectedRow, void, undefined> {
    const { store, entries } = this.#parts;
    const tagStates = new TagStatesOfScan(entries.tags);
    for await (const page of scanEntries(store, entries))
      yield* await this.#inspect(page, tagStates);
  }

  /** The entry under a key, whatever its state. */
  async entry(key: string): Promise<StoredEntry | undefined> {
    const { store, entries } = this.#parts;
    const value = await store.get(key);
    if (typeof value !== 'string') return undefined;
    const row = await scannedRow(entries, { key, value });
    if (row === undefined) return undefined;
    const [inspected] = await this.#inspect([row], new TagStatesOfScan(entries.tags));
    return inspected?.entry;
  }

  /** Why nothing can be read under a key, where the store knows. */
  whyAbsent(key: string): string | undefined {
    return this.#parts.store.whyAbsent?.(key);
  }

  /** Takes a row out of the store, whether it can be read or not. False when the store could not be told. */
  remove(key: string): Promise<boolean> {
    return this.#parts.entries.remove(key);
  }

  /** Stores an entry that came from here, or from another store: until the instant it would have ended. */
  restore(entry: Entry): Promise<RestoreResult> {
    return restoreEntry(this.#parts, entry);
  }

  async #inspect(
    page: readonly ScannedRow[],
    seen: TagStatesOfScan,
  ): Promise<readonly InspectedRow[]> {
    const tags = page.flatMap(({ entry }) =>
      entry === undefined ? [] : tagsOfEntry(entry.header),
    );
    const tagStates = await seen.of(tags);
    return page.map(({ key, bytes, entry }) => {
      if (entry === undefined) return { key, bytes };
      const marked = this.#parts.entries.tags.apply(tagStates, entry.header);
      const header = marked ?? entry.header;
      const state = marked === undefined ? 'invalidated' : freshness(header, this.#parts.now());
      return { key, bytes, entry: { header, payload: entry.payload, key, bytes, state } };
    });
  }
}
