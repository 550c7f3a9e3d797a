import type { Entry } from '../words/entry.ts';
import { tagsOf } from './tags.ts';

/** An entry as it was read, with its tags, which every hit asks for. */
export interface ReadEntry {
  readonly entry: Entry;
  readonly tags: readonly string[];
}

interface Recent extends ReadEntry {
  readonly key: string;
  readonly row: string;
}

export function readEntry(entry: Entry): ReadEntry {
  return { entry, tags: tagsOf(entry.header) };
}

/** Characters of a row that is remembered: with the places, a bound on what is kept of rows that have left. */
const LONGEST = 4_096;
const PER_CHARACTER = 64;
const PLACES = PER_CHARACTER * PER_CHARACTER;

/** Keys end in a digest: any two characters but the last, of only four bits, tell as much as a hash. */
function placeOf(key: string): number {
  const [one, other] = [key.charCodeAt(key.length - 2), key.charCodeAt(key.length - 3)];
  return (one % PER_CHARACTER) * PER_CHARACTER + (other % PER_CHARACTER);
}

/**
 * Entries as they were just read: a row that comes again with the same text says the same, and to compare it costs
 * less than to read it anew. One a place, so that to forget costs nothing.
 */
export class RecentEntries {
  readonly #places: (Recent | undefined)[] = new Array(PLACES).fill(undefined);

  /** The entry in `row`, if it was read from there, and under this key. */
  get(key: string, row: string | undefined): ReadEntry | undefined {
    const recent = this.#places[placeOf(key)];
    return recent?.key === key && recent.row === row ? recent : undefined;
  }

  add(key: string, row: string | undefined, { entry, tags }: ReadEntry): void {
    if (row === undefined || row.length > LONGEST) return;
    this.#places[placeOf(key)] = { key, row, entry, tags };
  }
}
