import type { Entry, EntryHeader } from '../entry/entry.ts';
import { Payload } from '../entry/payload.ts';
import { tagsOf } from '../invalidation/tags.ts';

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

/** Characters of rows that are remembered: a bound on what is kept of rows that have left. */
const MOST = 16 * 1024 * 1024;
/** A longer one is remembered at no gain: there, reading is the least of what a hit costs. */
const LONGEST = 256 * 1024;
/**
 * One row of so many gets in where it is full. More rows in turn than there is room for would each push out just
 * the one that comes next; as it is, most of what is there stays, and what comes often gets in soon.
 */
const PATIENCE = 4;

/**
 * Entries as they were just read: a row that comes again with the same text says the same, and to compare it costs
 * less than to read it anew.
 */
export class RecentEntries {
  readonly #entries = new Map<string, Recent>();
  #characters = 0;
  #waiting = 0;

  /** The entry in `row`, if it was read from there, and under this key. */
  get(key: string, row: string | undefined): ReadEntry | undefined {
    const recent = this.#entries.get(key);
    return recent?.row === row ? recent?.entry : undefined;
  }

  add(key: string, row: string | undefined, entry: ReadEntry): void {
    this.#forget(key); // says something else by now
    if (row === undefined || row.length > LONGEST || !this.#admits(row)) return;
    this.#entries.set(key, { row, entry });
    this.#characters += row.length;
  }

  #admits(row: string): boolean {
    if (this.#characters + row.length <= MOST) return true;
    this.#waiting += 1;
    if (this.#waiting % PATIENCE !== 0) return false;
    for (const oldest of this.#entries.keys()) {
      if (this.#characters + row.length <= MOST) break;
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
