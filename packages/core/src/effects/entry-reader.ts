import type { EntryHeader } from '../words/entry.ts';
import type { Address, Found } from './entry-store.ts';
import { isFor } from './entry-text.ts';
import type { MarkerBoard } from './marker-board.ts';
import { type ReadEntry, RecentEntries, readEntry } from './recent-entries.ts';
import type { Rows } from './rows.ts';
import { applyMarkers, type Markers, tagsOf } from './tags.ts';
import type { Vaults } from './vaults.ts';

type Keys = [string, ...string[]];
type Texts = readonly (string | undefined)[];

export interface EntryReaderParts {
  readonly rows: Rows;
  readonly vaults: Vaults;
  readonly markers: MarkerBoard;
}

const NOTHING: Found = { markers: new Map() };

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

  async read(address: Address): Promise<Found> {
    const keys = this.#keysFor(address);
    const rows = await this.#rows.read(keys);
    if (rows === undefined) return NOTHING;
    const markers = this.#markers.take(this.#markers.places.of(address.tags), rows);
    const found = this.#vaults.entryAmong(keys, rows);
    const entry = found instanceof Promise ? await found : found;
    return this.#check(entry && readEntry(entry), address, markers);
  }

  /** The same in the call itself; nothing where the store, or what it holds, needs time. */
  readNow(address: Address): Found | undefined {
    const keys = this.#keysFor(address);
    const rows = this.#rows.readNow(keys);
    if (rows === undefined) return undefined;
    const read = this.#recent.get(address.key, rows[0]) ?? this.#readAnew(keys, rows);
    if (read === 'later') return undefined;
    const markers = this.#markers.take(this.#markers.places.of(address.tags), rows);
    const found = this.#check(read, address, markers);
    return found instanceof Promise ? undefined : found;
  }

  /** The header as the markers of all its tags leave it: nothing where the entry answers nobody. */
  markedBy(
    markers: Markers,
    header: EntryHeader,
    tags: readonly string[] = tagsOf(header),
  ): EntryHeader | undefined {
    return applyMarkers(header, markers, this.#markers.marksOf(tags));
  }

  /** Its own key, those of older secrets, and those of what is said of its tags. */
  #keysFor({ key, tags }: Address): Keys {
    const keys: Keys = [key];
    for (const older of this.#vaults.olderKeys(key)) keys.push(older);
    for (const place of this.#markers.places.of(tags)) keys.push(place.key);
    return keys;
  }

  #readAnew(keys: Keys, rows: Texts): ReadEntry | undefined | 'later' {
    const entry = this.#vaults.entryAmong(keys, rows);
    if (entry instanceof Promise) return 'later';
    if (entry === undefined) return undefined;
    const read = readEntry(entry);
    this.#recent.add(keys[0], rows[0], read);
    return read;
  }

  /** An entry that is another's, or invalidated, is none; one with more tags is asked about. */
  #check(read: ReadEntry | undefined, address: Address, markers: Markers): Found | Promise<Found> {
    if (read === undefined || !isFor(read.entry, address)) return { markers };
    const { entry, tags } = read;
    if (tags.every((tag) => address.tags.includes(tag))) return this.#marked(read, markers);
    const more = tags.filter((tag) => !address.tags.includes(tag));
    return this.#markers.read(more).then((others) => {
      if (others === undefined) return { markers };
      return this.#marked({ entry, tags }, new Map([...markers, ...others]));
    });
  }

  #marked({ entry, tags }: ReadEntry, markers: Markers): Found {
    const header = this.markedBy(markers, entry.header, tags);
    if (header === undefined) return { markers };
    return { markers, entry: header === entry.header ? entry : { ...entry, header } };
  }
}
