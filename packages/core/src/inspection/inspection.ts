import { type Entry, type Freshness, freshness } from '../entry/entry.ts';
import type { EntryStore } from '../entry-store/entry-store.ts';
import { tagsOf } from '../invalidation/tags.ts';
import type { Store } from '../store/store.ts';
import { type EntryFilter, passes } from './entry-filter.ts';
import { type ScannedRow, scanEntries, scannedRow } from './entry-scan.ts';
import { type Restored, restoreEntry } from './restore-entry.ts';
import { SeenMarkers } from './seen-markers.ts';

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
      if (entry !== undefined && passes(filter, entry, this.#parts.now())) yield entry;
    }
  }

  /** The same with the rows that hold no entry that can be read. */
  async *rows(): AsyncGenerator<InspectedRow, void, undefined> {
    const { store, entries } = this.#parts;
    const markers = new SeenMarkers(entries.markers);
    for await (const page of scanEntries(store, entries)) yield* await this.#inspect(page, markers);
  }

  /** The entry under a key, whatever its state. */
  async entry(key: string): Promise<StoredEntry | undefined> {
    const { store, entries } = this.#parts;
    const value = await store.get(key);
    if (typeof value !== 'string') return undefined;
    const row = await scannedRow(entries, { key, value });
    if (row === undefined) return undefined;
    const [inspected] = await this.#inspect([row], new SeenMarkers(entries.markers));
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
  restore(entry: Entry): Promise<Restored> {
    return restoreEntry(this.#parts, entry);
  }

  async #inspect(page: readonly ScannedRow[], seen: SeenMarkers): Promise<readonly InspectedRow[]> {
    const tags = page.flatMap(({ entry }) => (entry === undefined ? [] : tagsOf(entry.header)));
    const markers = await seen.of(tags);
    return page.map(({ key, bytes, entry }) => {
      if (entry === undefined) return { key, bytes };
      const marked = this.#parts.entries.markedBy(markers, entry.header);
      const header = marked ?? entry.header;
      const state = marked === undefined ? 'invalidated' : freshness(header, this.#parts.now());
      return { key, bytes, entry: { header, payload: entry.payload, key, bytes, state } };
    });
  }
}
