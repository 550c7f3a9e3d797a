import type { LlmCache } from '@cached-llm/core';
import type { StoredEntry } from '@cached-llm/core/store';
import { EntryColumns } from './entry-columns.ts';
import {
  comparison,
  type EntryPage,
  type EntryQuery,
  type IndexStatus,
  placesOf,
  rowOf,
  type Sort,
} from './query.ts';
import { sortPart } from './sorted-part.ts';

/** The part of the cache that the index reads. */
type Inspected = Pick<LlmCache, 'inspection'>;

/** A part of the table. */
interface Page {
  readonly sort: Sort;
  readonly isDescending: boolean;
  readonly offset: number;
  readonly limit: number;
}

/** An entry, as far as an action needs it. */
interface Matching {
  readonly key: string;
  readonly bytes: number;
}

/** A scan is repeated when it is as old as this, in milliseconds, or as ten times what it took. */
const OLDEST = 5_000;
const SHARE = 10;

/** More are not held: they would need more than 600 MB while they are read again. */
const MOST_ENTRIES = 2_000_000;

/** More names are no choice for a person. */
const MOST_NAMES = 500;

/**
 * What is known of all entries, without their answers. One scan reads them, a table is shown while it runs, and the entries
 * of the scan before are shown until it has ended.
 */
export class EntryIndex {
  readonly #cache: Inspected;
  readonly #now: () => number;
  #columns = new EntryColumns();
  #scan: Promise<void> | undefined;
  #scanned = 0;
  #isCut = false;
  #endedAt: number | undefined;
  #took = 0;
  #error: string | undefined;
  /** What was changed since the scan that runs has begun: it may have read the entry before. */
  readonly #changed = new Map<string, StoredEntry | undefined>();

  constructor(cache: Inspected, now: () => number) {
    this.#cache = cache;
    this.#now = now;
  }

  /** Begins a scan where there is none, or where the last one is old. Resolves when the first scan has ended. */
  async refresh(): Promise<void> {
    const age = this.#now() - (this.#endedAt ?? Number.NEGATIVE_INFINITY);
    const isOld = age >= Math.max(OLDEST, SHARE * this.#took);
    if (isOld) this.#scan ??= this.#run();
    if (this.#endedAt === undefined) await this.#scan;
  }

  /** Resolves when a scan has ended that began after this: one that runs already may have passed what others wrote. */
  async readAgain(): Promise<void> {
    if (this.#scan !== undefined) await this.#scan;
    this.#scan ??= this.#run();
    await this.#scan;
  }

  /**
   * All entries that match now, and not when the table was read, in no order.
   *
   * @throws where they cannot be read
   */
  async matchingNow(query: EntryQuery): Promise<readonly Matching[]> {
    await this.readAgain();
    if (this.#error !== undefined)
      throw new Error(`The entries cannot be read, and nothing was done: ${this.#error}`);
    return this.#matching(query);
  }

  /** Entries that were changed here do not wait for the next scan. An entry that is undefined is not stored any more. */
  change(entries: ReadonlyMap<string, StoredEntry | undefined>): void {
    if (this.#scan !== undefined) for (const [key, entry] of entries) this.#changed.set(key, entry);
    apply(this.#columns, entries);
  }

  /** One part of the table, and what is known of the whole. */
  page(query: EntryQuery, { sort, isDescending, offset, limit }: Page): EntryPage {
    const now = this.#now();
    const columns = this.#columns;
    const places = placesOf(columns, query, now);
    sortPart(places, comparison(columns, sort, isDescending), [offset, offset + limit]);
    let bytes = 0;
    for (const at of places) bytes += columns.bytes[at] ?? 0;
    const shown = Array.from(places.subarray(offset, offset + limit));
    const rows = shown.map((at) => rowOf(columns, at, now));
    return { ...this.status(), matching: places.length, bytes, rows };
  }

  /** How many entries there are, and how old that is. */
  status(): IndexStatus {
    return {
      total: this.#columns.count,
      scanned: this.#scanned,
      isComplete: this.#endedAt !== undefined,
      isCut: this.#isCut,
      isScanning: this.#scan !== undefined,
      scannedAt: this.#endedAt,
      error: this.#error,
    };
  }

  /** The names that a filter offers: the first ones of each kind, where there are many. */
  names() {
    const { providers, models, tags } = this.#columns;
    return {
      providers: providers.first(MOST_NAMES),
      models: models.first(MOST_NAMES),
      tags: tags.first(MOST_NAMES),
    };
  }

  #matching(query: EntryQuery): readonly Matching[] {
    const { keys, bytes } = this.#columns;
    const places = placesOf(this.#columns, query, this.#now());
    return Array.from(places, (at) => ({ key: keys[at] ?? '', bytes: bytes[at] ?? 0 }));
  }

  async #run(): Promise<void> {
    const startedAt = this.#now();
    this.#changed.clear();
    try {
      await this.#readAll();
      this.#error = undefined;
    } catch (error) {
      this.#error = error instanceof Error ? error.message : String(error);
    }
    this.#endedAt = this.#now();
    this.#took = this.#endedAt - startedAt;
    this.#scan = undefined;
  }

  async #readAll(): Promise<void> {
    const found = new EntryColumns();
    if (this.#endedAt === undefined) this.#columns = found; // the table is shown while it grows
    let isCut = false;
    for await (const entry of this.#cache.inspection.entries()) {
      isCut = found.length === MOST_ENTRIES;
      if (isCut) break;
      found.add(entry);
      this.#scanned = found.length;
    }
    apply(found, this.#changed);
    this.#columns = found;
    this.#isCut = isCut;
  }
}

/** Puts what is known now in the places of these entries. */
function apply(columns: EntryColumns, entries: ReadonlyMap<string, StoredEntry | undefined>): void {
  if (entries.size === 0) return;
  for (const [at, key] of columns.keys.entries()) {
    if (!entries.has(key)) continue;
    const entry = entries.get(key);
    if (entry === undefined) columns.remove(at);
    else columns.set(at, entry);
  }
}
