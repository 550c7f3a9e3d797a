import type { LlmCache } from '@cached-llm/core';
import type { StoredEntry } from '@cached-llm/core/store';
import {
  type EntryPage,
  type EntryQuery,
  type IndexedEntry,
  type IndexStatus,
  matcherOf,
  SORTS,
  type Sort,
  stateOf,
} from './query.ts';

/** The part of the cache that the index reads. */
type Inspected = Pick<LlmCache, 'inspection'>;

/** A part of the table. */
interface Page {
  readonly sort: Sort;
  readonly isDescending: boolean;
  readonly offset: number;
  readonly limit: number;
}

/** A scan is repeated when it is as old as this, in milliseconds, or as ten times what it took. */
const OLDEST = 5_000;
const SHARE = 10;

const NO_TAGS: readonly string[] = [];

/**
 * What is known of all entries, without their answers. One scan reads them, a table is shown while it runs, and the entries
 * of the scan before are shown until it has ended.
 */
export class EntryIndex {
  readonly #cache: Inspected;
  readonly #now: () => number;
  #entries: IndexedEntry[] = [];
  #sorted = new Map<Sort, readonly IndexedEntry[]>();
  #scan: Promise<void> | undefined;
  #scanned = 0;
  #endedAt: number | undefined;
  #took = 0;
  #error: string | undefined;
  readonly #removed = new Set<string>();
  /** Names that many entries share, each once. */
  readonly #names = new Map<string, string>();

  constructor(cache: Inspected, now: () => number) {
    this.#cache = cache;
    this.#now = now;
  }

  /** Begins a scan where there is none, or where the last one is old. Resolves when the first scan has ended. */
  async refresh(isForced = false): Promise<void> {
    const age = this.#now() - (this.#endedAt ?? Number.NEGATIVE_INFINITY);
    const isOld = age >= Math.max(OLDEST, SHARE * this.#took);
    if (isForced || isOld) this.#scan ??= this.#run();
    if (this.#endedAt === undefined || isForced) await this.#scan;
  }

  /** Entries that were removed here do not wait for the next scan. */
  remove(keys: readonly string[]): void {
    for (const key of keys) this.#removed.add(key);
    this.#set(this.#entries.filter(({ key }) => !this.#removed.has(key)));
  }

  /** All entries that match, in no order. */
  matching(query: EntryQuery): readonly IndexedEntry[] {
    return this.#entries.filter(matcherOf(query, this.#now()));
  }

  /** One part of the table, and what is known of the whole. */
  page(query: EntryQuery, { sort, isDescending, offset, limit }: Page): EntryPage {
    const now = this.#now();
    const matches = this.#inOrder(sort).filter(matcherOf(query, now));
    const bytes = matches.reduce((sum, entry) => sum + entry.bytes, 0);
    const ordered = isDescending ? matches.toReversed() : matches;
    const rows = ordered.slice(offset, offset + limit).map((entry) => {
      const { isInvalidated: _, scope, ...facts } = entry;
      return { ...facts, isScoped: scope !== '', state: stateOf(entry, now) };
    });
    return { ...this.status(), matching: matches.length, bytes, rows };
  }

  /** How many entries there are, and how old that is. */
  status(): IndexStatus {
    return {
      total: this.#entries.length,
      scanned: this.#scanned,
      isComplete: this.#endedAt !== undefined,
      isScanning: this.#scan !== undefined,
      scannedAt: this.#endedAt,
      error: this.#error,
    };
  }

  /** The names that a filter offers. */
  names() {
    const of = (pick: (entry: IndexedEntry) => readonly (string | undefined)[]) =>
      [...new Set(this.#entries.flatMap(pick))].filter((name) => name !== undefined).sort();
    return {
      providers: of(({ provider }) => [provider]),
      models: of(({ model }) => [model]),
      tags: of(({ tags }) => tags),
    };
  }

  async #run(): Promise<void> {
    const startedAt = this.#now();
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
    const isFirst = this.#endedAt === undefined;
    const found: IndexedEntry[] = [];
    for await (const entry of this.#cache.inspection.entries()) {
      found.push(this.#indexed(entry));
      this.#scanned = found.length;
      if (isFirst && found.length % 1_000 === 0) this.#set(found);
    }
    this.#removed.clear();
    this.#set(found);
  }

  #set(entries: IndexedEntry[]): void {
    this.#entries = entries;
    this.#sorted = new Map();
  }

  #inOrder(sort: Sort): readonly IndexedEntry[] {
    const known = this.#sorted.get(sort);
    if (known !== undefined) return known;
    const value = SORTS[sort];
    const sorted = this.#entries.toSorted((one, other) => {
      const [first, second] = [value(one), value(other)];
      return first < second ? -1 : first > second ? 1 : 0;
    });
    this.#sorted.set(sort, sorted);
    return sorted;
  }

  #name(text: string): string {
    const known = this.#names.get(text);
    if (known === undefined) this.#names.set(text, text);
    return known ?? text;
  }

  #indexed({ key, bytes, state, header }: StoredEntry): IndexedEntry {
    const { provider, model, served, scope, tags = NO_TAGS, kind, ...times } = header;
    const { storedAt, freshUntil, staleUntil, fallbackUntil } = times;
    return {
      key,
      provider: this.#name(provider),
      model: model && this.#name(model),
      servedModel: served?.model && this.#name(served.model),
      scope: this.#name(scope),
      tags: tags.length === 0 ? NO_TAGS : tags.map((tag) => this.#name(tag)),
      kind,
      bytes,
      storedAt,
      freshUntil,
      staleUntil,
      fallbackUntil,
      isInvalidated: state === 'invalidated',
    };
  }
}
