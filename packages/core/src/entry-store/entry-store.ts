import { randomUUID } from 'node:crypto';
import {
  type Addressee,
  type Entry,
  type EntryHeader,
  entryText,
  prefixOf,
  readEntryText,
  type Seals,
  Vault,
  type VaultBounds,
} from '../entry/index.ts';
import {
  generationsOf,
  type Marker,
  MarkerBoard,
  type Markers,
  readMarker,
  staleSince,
} from '../invalidation/index.ts';
import type { RowStore, StoredRow } from '../store/index.ts';
import type { Address } from './address.ts';
import { EntryReader, type Found } from './entry-reader.ts';
import { Vaults } from './key-ring.ts';

/** Characters written, or why none were. */
export type Written = number | 'too-large' | 'store-error';

/** Keyv gets a longer ttl: it deletes an expired row on reading it, and may delete the fresh one just written. */
const GRACE = 60_000;

function ttlOf(header: EntryHeader, writtenAt: number): number | undefined {
  const last = Math.max(header.freshUntil, header.staleUntil, header.fallbackUntil);
  return last >= Number.MAX_SAFE_INTEGER ? undefined : Math.ceil(last - writtenAt) + GRACE;
}

/** Puts entries into a store and takes them out of it, in the order it was told to. */
export class EntryWriter {
  readonly #rows: RowStore;
  readonly #vault: Vault;
  /** What is compressed on its way: a word against its key that comes meanwhile would be overtaken. */
  readonly #late = new Map<string, Promise<unknown>>();

  constructor(rows: RowStore, vault: Vault) {
    this.#rows = rows;
    this.#vault = vault;
  }

  write(key: string, entry: Entry, writtenAt = entry.header.storedAt): Promise<Written> {
    const ttl = ttlOf(entry.header, writtenAt);
    const row = this.#vault.pack(key, entryText(entry));
    if (!(row instanceof Promise)) return this.#put(key, row, ttl);
    const writing = row.then((late) => this.#put(key, late, ttl));
    this.#late.set(key, writing);
    return writing.finally(() => {
      if (this.#late.get(key) === writing) this.#late.delete(key);
    });
  }

  async remove(key: string): Promise<boolean> {
    if (this.#late.size > 0) await this.#late.get(key);
    return this.#rows.remove(key);
  }

  /** A word on a key, in the place of its entry. */
  async post(key: string, text: string): Promise<boolean> {
    if (this.#late.size > 0) await this.#late.get(key);
    return this.#rows.write(key, this.#vault.seal.sealText(key, text), undefined);
  }

  async #put(key: string, row: string | undefined, ttl: number | undefined): Promise<Written> {
    if (row === undefined) return 'too-large';
    const isWritten = await this.#rows.write(key, row, ttl);
    return isWritten ? row.length : 'store-error';
  }
}

export interface KeySteeringParts {
  readonly rows: RowStore;
  readonly vaults: Vaults;
  readonly writer: EntryWriter;
}

/**
 * Takes one entry out of use. An older secret may keep it under a key that this one does not tell: then a
 * marker takes the entry's place, and is heard by whoever looks for it under both.
 */
export class KeySteering {
  readonly #parts: KeySteeringParts;

  constructor(parts: KeySteeringParts) {
    this.#parts = parts;
  }

  /** The entry under `key` answers nobody from now on. False when the store could not be told. */
  async invalidate(key: string): Promise<boolean> {
    const { vaults, writer } = this.#parts;
    if (!vaults.areMany) return writer.remove(key);
    const isTold = await this.#post(key, { generation: randomUUID() });
    return (await this.#removeOlder(key)) && isTold;
  }

  /** The entry under `key` is stale from `now` on. False when the store could not be told. */
  async expire(key: string, now: number): Promise<boolean> {
    const { rows, vaults, writer } = this.#parts;
    const [row] = (await rows.read([key])) ?? [null];
    if (row === null) return false;
    const text = row === undefined ? undefined : await vaults.newest.unpack(key, row);
    const entry = text === undefined ? undefined : readEntryText(text);
    if (entry !== undefined) {
      const header = staleSince(entry.header, Math.min(now, entry.header.freshUntil));
      return typeof (await writer.write(key, { ...entry, header })) === 'number';
    }
    const said = row === undefined ? { generation: '' } : readMarker(text);
    if (!vaults.areMany || said === undefined) return true;
    return this.#post(key, { ...said, expiredAt: now });
  }

  /** What older secrets keep is of yesterday then, and would come to light when the newer entry's time is over. */
  supersede(key: string, writing: Promise<Written>): Promise<Written> {
    if (!this.#parts.vaults.areMany) return writing;
    return writing.then(async (written) => {
      if (typeof written === 'number') await this.#removeOlder(key);
      return written;
    });
  }

  /** As far as this process met the request. */
  async #removeOlder(key: string): Promise<boolean> {
    const { rows, vaults } = this.#parts;
    const removals = vaults.olderKeys(key).map((older) => rows.remove(older));
    return (await Promise.all(removals)).every((isTold) => isTold);
  }

  #post(key: string, marker: Marker): Promise<boolean> {
    return this.#parts.writer.post(key, JSON.stringify(marker));
  }
}

export interface EntryStoreOptions extends VaultBounds {
  readonly namespace: string;
  readonly seals: Seals;
}

/** Entries under their keys in a namespace of a store. */
export class EntryStore {
  readonly #rows: RowStore;
  readonly #vaults: Vaults;
  readonly #reader: EntryReader;
  readonly #writer: EntryWriter;
  readonly prefix: string;
  readonly markers: MarkerBoard;
  readonly byKey: KeySteering;

  constructor(rows: RowStore, { namespace, seals, ...bounds }: EntryStoreOptions) {
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
