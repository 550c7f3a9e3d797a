import type { Entry, EntryHeader } from '../entry/entry.ts';
import type { Addressee } from '../entry/entry-text.ts';
import type { Seals } from '../entry/seal.ts';
import { prefixOf, Vault, type VaultBounds } from '../entry/vault.ts';
import { MarkerBoard } from '../invalidation/marker-board.ts';
import { generationsOf, type Markers } from '../invalidation/tags.ts';
import type { Rows } from '../store/rows.ts';
import type { StoredRow } from '../store/store.ts';
import { EntryReader } from './entry-reader.ts';
import { EntryWriter, type Written } from './entry-writer.ts';
import { KeySteering } from './key-steering.ts';
import type { ReadEntry } from './recent-entries.ts';
import { Vaults } from './vaults.ts';

/** Where one request's entry lives, and which markers speak of it. */
export interface Address extends Addressee {
  readonly key: string;
  readonly tags: readonly string[];
  /** Now, where what is written is older. @default when it was stored */
  readonly writtenAt?: number | undefined;
}

export interface Found {
  readonly entry?: ReadEntry | undefined;
  /** The markers at the time of the look-up: an answer to a call that began before an invalidation is void. */
  readonly markers: Markers;
}

export interface EntryStoreOptions extends VaultBounds {
  readonly namespace: string;
  readonly seals: Seals;
}

/** Entries under their keys in a namespace of a store. */
export class EntryStore {
  readonly #rows: Rows;
  readonly #vaults: Vaults;
  readonly #reader: EntryReader;
  readonly #writer: EntryWriter;
  readonly prefix: string;
  readonly markers: MarkerBoard;
  readonly byKey: KeySteering;

  constructor(rows: Rows, { namespace, seals, ...bounds }: EntryStoreOptions) {
    this.#rows = rows;
    this.prefix = prefixOf(namespace);
    this.#vaults = new Vaults(seals, (seal) => new Vault(seal, this.prefix, bounds));
    this.#writer = new EntryWriter(rows, this.#vaults.newest);
    this.markers = new MarkerBoard(rows, this.prefix, seals);
    this.#reader = new EntryReader({ rows, vaults: this.#vaults, markers: this.markers });
    this.byKey = new KeySteering({ rows, vaults: this.#vaults, writer: this.#writer });
  }

  keyOf(addressee: Addressee): string {
    return this.#vaults.keyOf(addressee);
  }

  /** In the call itself, unless the store, or what it holds, needs time. */
  read(address: Address): Found | Promise<Found> {
    return this.#reader.read(address);
  }

  write(address: Address, entry: Entry, markers: Markers): Promise<Written> {
    const generations = generationsOf(this.markers.marksOf(address.tags), markers);
    const isFirst = Object.keys(generations).length === 0;
    const header = isFirst ? entry.header : { ...entry.header, generations };
    const writing = this.#writer.write(address.key, { ...entry, header }, address.writtenAt);
    return this.byKey.supersede(address.key, writing);
  }

  /** Takes a row out of the store, whatever it is. */
  remove(key: string): Promise<boolean> {
    return this.#rows.remove(key);
  }

  /** The entry in a row as a scan finds it; nothing where it is none, or is not at its own key. */
  entryIn(row: StoredRow): Promise<Entry | undefined> {
    return this.#vaults.entryIn(row);
  }

  /** Is the row no entry, but a word on the key of one? */
  isWord(row: StoredRow): Promise<boolean> {
    return this.#vaults.isWord(row);
  }

  /** The header as the markers of all its tags leave it: nothing where the entry answers nobody. */
  markedBy(markers: Markers, header: EntryHeader): EntryHeader | undefined {
    return this.#reader.markedBy(markers, header);
  }
}
