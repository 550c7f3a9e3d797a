import type { Entry, EntryHeader } from '../words/entry.ts';
import { Payload } from './payload.ts';
import { tagsOf } from './tags.ts';

/** An entry as it was read, with its tags, which every hit asks for. */
export interface ReadEntry {
  readonly header: EntryHeader;
  readonly payload: Payload;
  readonly tags: readonly string[];
}

interface Recent {
  readonly row: string;
  readonly entry: ReadEntry;
}

export function readEntry({ header, payload }: Entry): ReadEntry {
  return { header, payload: new Payload(payload), tags: tagsOf(header) };
}

/** Characters of rows that are remembered, twice: a bound on what is kept of rows that have left. */
const MOST = 8 * 1024 * 1024;
/** A longer one is remembered at no gain: there, reading is the least of what a hit costs. */
const LONGEST = 256 * 1024;

/**
 * Entries as they were just read: a row that comes again with the same text says the same, and to compare it costs
 * less than to read it anew. When there are too many, those that were not used since the last time are forgotten.
 */
export class RecentEntries {
  #young = new Map<string, Recent>();
  #old = new Map<string, Recent>();
  #characters = 0;

  /** The entry in `row`, if it was read from there, and under this key. */
  get(key: string, row: string | undefined): ReadEntry | undefined {
    const recent = this.#young.get(key) ?? this.#promoted(key);
    return recent?.row === row ? recent?.entry : undefined;
  }

  add(key: string, row: string | undefined, entry: ReadEntry): void {
    if (row !== undefined && row.length <= LONGEST) this.#keep(key, { row, entry });
  }

  #promoted(key: string): Recent | undefined {
    const recent = this.#old.get(key);
    if (recent !== undefined) this.#keep(key, recent);
    return recent;
  }

  #keep(key: string, recent: Recent): void {
    this.#young.set(key, recent);
    this.#characters += recent.row.length;
    if (this.#characters < MOST) return;
    this.#old = this.#young;
    this.#young = new Map();
    this.#characters = 0;
  }
}
