import type { Entry, EntryHeader } from '../words/entry.ts';
import type { Address, Found } from './entry-store.ts';
import { isFor } from './entry-text.ts';
import type { MarkerBoard } from './marker-board.ts';
import { RecentEntries } from './recent-entries.ts';
import type { Rows } from './rows.ts';
import { applyMarkers, type Markers, tagsOf } from './tags.ts';
import type { Vaults } from './vaults.ts';

type Keys = [string, ...string[]];

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
    return rows === undefined ? NOTHING : this.#find(address, keys, rows);
  }

  /** The same in the call itself; nothing where the store, or what it holds, needs time. */
  readNow(address: Address): Found | undefined {
    const keys = this.#keysFor(address);
    const rows = this.#rows.readNow(keys);
    if (rows === undefined) return undefined;
    const entry = this.#recent.get(address.key, rows[0]) ?? this.#vaults.entryAmong(keys, rows);
    if (entry instanceof Promise) return undefined;
    if (entry !== undefined) this.#recent.add(address.key, rows[0], entry);
    const markers = this.#markers.take(this.#markers.places.of(address.tags), rows);
    const found = this.#check(entry, address, markers);
    return found instanceof Promise ? undefined : found;
  }

  /** The header as the markers of all its tags leave it: nothing where the entry answers nobody. */
  markedBy(markers: Markers, header: EntryHeader): EntryHeader | undefined {
    return applyMarkers(header, markers, this.#markers.marksOf(tagsOf(header)));
  }

  /** Its own key, those of older secrets, and those of what is said of its tags. */
  #keysFor({ key, tags }: Address): Keys {
    const keys: Keys = [key, ...this.#vaults.olderKeys(key)];
    for (const place of this.#markers.places.of(tags)) keys.push(place.key);
    return keys;
  }

  #find(address: Address, keys: Keys, rows: readonly (string | undefined)[]) {
    const markers = this.#markers.take(this.#markers.places.of(address.tags), rows);
    const entry = this.#vaults.entryAmong(keys, rows);
    const check = (found: Entry | undefined) => this.#check(found, address, markers);
    return entry instanceof Promise ? entry.then(check) : check(entry);
  }

  /** An entry that is another's, or invalidated, is none; one with more tags is asked about. */
  #check(entry: Entry | undefined, address: Address, markers: Markers): Found | Promise<Found> {
    if (entry === undefined || !isFor(entry, address)) return { markers };
    const more = tagsOf(entry.header).filter((tag) => !address.tags.includes(tag));
    if (more.length === 0) return this.#marked(entry, markers);
    return this.#markers.read(more).then((others) => {
      if (others === undefined) return { markers };
      return this.#marked(entry, new Map([...markers, ...others]));
    });
  }

  #marked(entry: Entry, markers: Markers): Found {
    const header = this.markedBy(markers, entry.header);
    return header === undefined ? { markers } : { markers, entry: { ...entry, header } };
  }
}
