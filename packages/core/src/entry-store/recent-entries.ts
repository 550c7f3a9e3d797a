import type { EntryHeader, Payload } from '../entry/index.ts';

/** An entry as it was read from its row. */
export interface LoadedEntry {
  readonly header: EntryHeader;
  readonly payload: Payload;
  /** All tags of the entry. Every hit compares them with the tags of its call. */
  readonly tags: readonly string[];
  /** The names of the tags' generations. */
  readonly generationNames: readonly string[];
  /** The tags of a call that were found to be those of the entry, so that most hits compare no tags. */
  sameTags?: readonly string[] | undefined;
}

interface Recent {
  readonly row: string;
  readonly entry: LoadedEntry;
}

/** Characters of all rows together. It bounds what is held of rows that the store has removed. */
const MAX_CHARACTERS = 16 * 1024 * 1024;

/** For a longer row it gains nothing, because reading it is the least part of what a hit costs. */
const MAX_ROW_CHARACTERS = 256 * 1024;

/**
 * When full, one row of so many is admitted. Were every row admitted, a loop over more rows than there is room for
 * would always remove the row that comes next. This way most rows stay, and a row that comes often is soon admitted.
 */
const ADMIT_ONE_OF = 4;

/** Entries that were read recently. To compare a row with the row that was read costs less than to read it again. */
export class RecentEntries {
  readonly #entries = new Map<string, Recent>();
  #characters = 0;
  #refused = 0;

  /** The entry that was read from this very row under this key. */
  get(key: string, row: string | undefined): LoadedEntry | undefined {
    const recent = this.#entries.get(key);
    return recent?.row === row ? recent?.entry : undefined;
  }

  add(key: string, row: string | undefined, entry: LoadedEntry): void {
    this.#forget(key); // its row has changed
    if (row === undefined || row.length > MAX_ROW_CHARACTERS || !this.#admits(row)) return;
    this.#entries.set(key, { row, entry });
    this.#characters += row.length;
  }

  #admits(row: string): boolean {
    if (this.#characters + row.length <= MAX_CHARACTERS) return true;
    this.#refused += 1;
    if (this.#refused % ADMIT_ONE_OF !== 0) return false;
    for (const oldest of this.#entries.keys()) {
      if (this.#characters + row.length <= MAX_CHARACTERS) break;
      this.#forget(oldest);
    }
    return true;
  }

  #forget(key: string): void {
    const recent = this.#entries.get(key);
    if (recent === undefined) return;
    this.#entries.delete(key);
    this.#characters -= recent.row.length;
  }
}
