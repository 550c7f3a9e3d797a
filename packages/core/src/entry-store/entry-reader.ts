import type { EntryHeader } from '../entry/entry.ts';
import { isFor } from '../entry/entry-text.ts';
import type { MarkerBoard } from '../invalidation/marker-board.ts';
import { applyMarkers, type Markers, NO_MARKERS, tagsOf } from '../invalidation/tags.ts';
import type { Rows, Texts } from '../store/rows.ts';
import type { Address, Found } from './entry-store.ts';
import { type ReadEntry, RecentEntries, readEntry } from './recent-entries.ts';
import type { Vaults } from './vaults.ts';

type Keys = [string, ...string[]];
type Read = ReadEntry | undefined;

export interface EntryReaderParts {
  readonly rows: Rows;
  readonly vaults: Vaults;
  readonly markers: MarkerBoard;
}

const NOTHING: Found = { markers: NO_MARKERS };

/** Finds entries, and what is said of them by now, in one round trip. */
export class EntryReader {
  readonly #rows: Rows;
  readonly #vaults: Vaults;
  readonly #markers: MarkerBoard;
  readonly #recent = new RecentEntries();

  constructor({ rows, vaults, markers }: EntryReaderParts) {
    this.#rows = rows;
    this.#vaults = vaults;
    this.#markers = markers;
  }

  /** In the call itself, unless the store, or what it holds, needs time. */
  read(address: Address): Found | Promise<Found> {
    const keys = this.#keysFor(address);
    const rows = this.#rows.readNow(keys);
    if (rows !== undefined) return this.#foundIn(rows, keys, address);
    return this.#rows.read(keys).then((late) => {
      return late === undefined ? NOTHING : this.#foundIn(late, keys, address);
    });
  }

  /** The header as the markers of all its tags leave it: nothing where the entry answers nobody. */
  markedBy(
    markers: Markers,
    header: EntryHeader,
    tags: readonly string[] = tagsOf(header),
  ): EntryHeader | undefined {
    return applyMarkers(header, markers, this.#markers.marksOf(tags));
  }

  #foundIn(rows: Texts, keys: Keys, address: Address): Found | Promise<Found> {
    const read = this.#readIn(keys, rows);
    return read instanceof Promise
      ? read.then((late) => this.#check(late, address, rows))
      : this.#check(read, address, rows);
  }

  /** Its own key, those of older secrets, and those of what is said of its tags. */
  #keysFor({ key, tags }: Address): Keys {
    const keys: Keys = [key];
    for (const older of this.#vaults.olderKeys(key)) keys.push(older);
    for (const place of this.#markers.places.of(tags)) keys.push(place.key);
    return keys;
  }

  /** What was just read from the very same row need not be read again. */
  #readIn(keys: Keys, rows: Texts): Read | Promise<Read> {
    const [key] = keys;
    const recent = this.#recent.get(key, rows[0]);
    if (recent !== undefined) return recent;
    const entry = this.#vaults.entryAmong(keys, rows);
    if (entry instanceof Promise) return entry.then((late) => late && readEntry(late));
    const read = entry && readEntry(entry);
    if (read !== undefined) this.#recent.add(key, rows[0], read);
    return read;
  }

  /** An entry that is another's, or invalidated, is none; one with more tags is asked about. */
  #check(read: Read, address: Address, rows: Texts): Found | Promise<Found> {
    const markers = this.#markers.take(this.#markers.places.of(address.tags), rows);
    if (read === undefined || !isFor(read, address)) return { markers };
    const { tags } = read;
    if (tags.every((tag) => address.tags.includes(tag))) return this.#marked(read, markers);
    const more = tags.filter((tag) => !address.tags.includes(tag));
    return this.#markers.read(more).then((others) => {
      if (others === undefined) return { markers };
      return this.#marked(read, new Map([...markers, ...others]));
    });
  }

  #marked(read: ReadEntry, markers: Markers): Found {
    const header = this.markedBy(markers, read.header, read.tags);
    if (header === undefined) return { markers };
    return { markers, entry: header === read.header ? read : { ...read, header } };
  }
}
