import { belongsTo, type Entry, type EntryHeader, Payload } from '../entry/index.ts';
import {
  applyTagStates,
  NO_TAG_STATES,
  type TagGenerations,
  type TagStates,
  tagsOfEntry,
} from '../invalidation/index.ts';
import type { RowStore, RowTexts } from '../store/index.ts';
import type { Address } from './address.ts';
import type { KeyRing } from './key-ring.ts';

/** An entry as it was read, with its tags, which every hit asks for. */
export interface LoadedEntry {
  readonly header: EntryHeader;
  readonly payload: Payload;
  readonly tags: readonly string[];
}

interface Recent {
  readonly row: string;
  readonly entry: LoadedEntry;
}

export function loadEntry({ header, payload }: Entry): LoadedEntry {
  return { header, payload: new Payload(payload), tags: tagsOfEntry(header) };
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
  get(key: string, row: string | undefined): LoadedEntry | undefined {
    const recent = this.#entries.get(key);
    return recent?.row === row ? recent?.entry : undefined;
  }

  add(key: string, row: string | undefined, entry: LoadedEntry): void {
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

type Keys = [string, ...string[]];

type Read = LoadedEntry | undefined;

export interface EntryReaderParts {
  readonly rows: RowStore;
  readonly keyRing: KeyRing;
  readonly tagStates: TagGenerations;
}

const NOTHING: FoundEntry = { tagStates: NO_TAG_STATES };

/** Finds entries, and what is said of them by now, in one round trip. */
export class EntryReader {
  readonly #rows: RowStore;
  readonly #keyRing: KeyRing;
  readonly #tagStates: TagGenerations;
  readonly #recent = new RecentEntries();

  constructor({ rows, keyRing, tagStates }: EntryReaderParts) {
    this.#rows = rows;
    this.#keyRing = keyRing;
    this.#tagStates = tagStates;
  }

  /** In the call itself, unless the store, or what it holds, needs time. */
  read(address: Address): FoundEntry | Promise<FoundEntry> {
    const keys = this.#keysFor(address);
    const rows = this.#rows.readNow(keys);
    if (rows !== undefined) return this.#foundIn(rows, keys, address);
    return this.#rows.read(keys).then((late) => {
      return late === undefined ? NOTHING : this.#foundIn(late, keys, address);
    });
  }

  /** The header as the markers of all its tags leave it: nothing where the entry answers nobody. */
  applyTagStates(
    tagStates: TagStates,
    header: EntryHeader,
    tags: readonly string[] = tagsOfEntry(header),
  ): EntryHeader | undefined {
    return applyTagStates(header, tagStates, this.#tagStates.generationNames(tags));
  }

  #foundIn(rows: RowTexts, keys: Keys, address: Address): FoundEntry | Promise<FoundEntry> {
    const read = this.#readIn(keys, rows);
    return read instanceof Promise
      ? read.then((late) => this.#check(late, address, rows))
      : this.#check(read, address, rows);
  }

  /** Its own key, those of older secrets, and those of what is said of its tags. */
  #keysFor({ key, tags }: Address): Keys {
    const keys: Keys = [key];
    for (const older of this.#keyRing.olderKeys(key)) keys.push(older);
    for (const place of this.#tagStates.rows.of(tags)) keys.push(place.key);
    return keys;
  }

  /** What was just read from the very same row need not be read again. */
  #readIn(keys: Keys, rows: RowTexts): Read | Promise<Read> {
    const [key] = keys;
    const recent = this.#recent.get(key, rows[0]);
    if (recent !== undefined) return recent;
    const entry = this.#keyRing.findEntry(keys, rows);
    if (entry instanceof Promise) return entry.then((late) => late && loadEntry(late));
    const read = entry && loadEntry(entry);
    if (read !== undefined) this.#recent.add(key, rows[0], read);
    return read;
  }

  /** An entry that is another's, or invalidated, is none; one with more tags is asked about. */
  #check(read: Read, address: Address, rows: RowTexts): FoundEntry | Promise<FoundEntry> {
    const tagStates = this.#tagStates.take(this.#tagStates.rows.of(address.tags), rows);
    if (read === undefined || !belongsTo(read, address)) return { tagStates };
    const { tags } = read;
    if (tags.every((tag) => address.tags.includes(tag))) return this.#marked(read, tagStates);
    const more = tags.filter((tag) => !address.tags.includes(tag));
    return this.#tagStates.read(more).then((others) => {
      if (others === undefined) return { tagStates };
      return this.#marked(read, new Map([...tagStates, ...others]));
    });
  }

  #marked(read: LoadedEntry, tagStates: TagStates): FoundEntry {
    const header = this.applyTagStates(tagStates, read.header, read.tags);
    if (header === undefined) return { tagStates };
    return { tagStates, entry: header === read.header ? read : { ...read, header } };
  }
}

export interface FoundEntry {
  readonly entry?: LoadedEntry | undefined;
  /** The markers at the time of the look-up: an answer to a call that began before an invalidation is void. */
  readonly tagStates: TagStates;
}
