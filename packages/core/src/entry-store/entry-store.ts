import { randomUUID } from 'node:crypto';
import {
  type Encryptions,
  type Entry,
  type EntryHeader,
  type EntryIdentity,
  entryText,
  namespacePrefix,
  type RowBounds,
  RowCodec,
  readEntryText,
} from '../entry/index.ts';
import {
  generationsOf,
  parseTagState,
  staleSince,
  TagGenerations,
  type TagState,
  type TagStates,
} from '../invalidation/index.ts';
import type { RowStore, StoredRow } from '../store/index.ts';
import type { Address } from './address.ts';
import { EntryReader, type FoundEntry } from './entry-reader.ts';
import { KeyRing } from './key-ring.ts';

/** Characters written, or why none were. */
export type WriteResult = number | 'too-large' | 'store-error';

/** Keyv gets a longer ttl: it deletes an expired row on reading it, and may delete the fresh one just written. */
const GRACE = 60_000;

function ttlOf(header: EntryHeader, writtenAt: number): number | undefined {
  const last = Math.max(header.freshUntil, header.staleUntil, header.fallbackUntil);
  return last >= Number.MAX_SAFE_INTEGER ? undefined : Math.ceil(last - writtenAt) + GRACE;
}

/** Puts entries into a store and takes them out of it, in the order it was told to. */
export class EntryWriter {
  readonly #rows: RowStore;
  readonly #codec: RowCodec;
  /** What is compressed on its way: a word against its key that comes meanwhile would be overtaken. */
  readonly #late = new Map<string, Promise<unknown>>();

  constructor(rows: RowStore, codec: RowCodec) {
    this.#rows = rows;
    this.#codec = codec;
  }

  write(key: string, entry: Entry, writtenAt = entry.header.storedAt): Promise<WriteResult> {
    const ttl = ttlOf(entry.header, writtenAt);
    const row = this.#codec.encode(key, entryText(entry));
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
    return this.#rows.write(key, this.#codec.encryption.encryptText(key, text), undefined);
  }

  async #put(key: string, row: string | undefined, ttl: number | undefined): Promise<WriteResult> {
    if (row === undefined) return 'too-large';
    const isWritten = await this.#rows.write(key, row, ttl);
    return isWritten ? row.length : 'store-error';
  }
}

export interface KeySteeringParts {
  readonly rows: RowStore;
  readonly keyRing: KeyRing;
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
    const { keyRing, writer } = this.#parts;
    if (!keyRing.hasOlderSecrets) return writer.remove(key);
    const isTold = await this.#post(key, { generation: randomUUID() });
    return (await this.#removeOlder(key)) && isTold;
  }

  /** The entry under `key` is stale from `now` on. False when the store could not be told. */
  async expire(key: string, now: number): Promise<boolean> {
    const { rows, keyRing, writer } = this.#parts;
    const [row] = (await rows.read([key])) ?? [null];
    if (row === null) return false;
    const text = row === undefined ? undefined : await keyRing.newest.decode(key, row);
    const entry = text === undefined ? undefined : readEntryText(text);
    if (entry !== undefined) {
      const header = staleSince(entry.header, Math.min(now, entry.header.freshUntil));
      return typeof (await writer.write(key, { ...entry, header })) === 'number';
    }
    const said = row === undefined ? { generation: '' } : parseTagState(text);
    if (!keyRing.hasOlderSecrets || said === undefined) return true;
    return this.#post(key, { ...said, expiredAt: now });
  }

  /** What older secrets keep is of yesterday then, and would come to light when the newer entry's time is over. */
  supersede(key: string, writing: Promise<WriteResult>): Promise<WriteResult> {
    if (!this.#parts.keyRing.hasOlderSecrets) return writing;
    return writing.then(async (written) => {
      if (typeof written === 'number') await this.#removeOlder(key);
      return written;
    });
  }

  /** As far as this process met the request. */
  async #removeOlder(key: string): Promise<boolean> {
    const { rows, keyRing } = this.#parts;
    const removals = keyRing.olderKeys(key).map((older) => rows.remove(older));
    return (await Promise.all(removals)).every((isTold) => isTold);
  }

  #post(key: string, tagState: TagState): Promise<boolean> {
    return this.#parts.writer.post(key, JSON.stringify(tagState));
  }
}

export interface EntryStoreOptions extends RowBounds {
  readonly namespace: string;
  readonly encryptions: Encryptions;
}

/** Entries under their keys in a namespace of a store. */
export class EntryStore {
  readonly #rows: RowStore;
  readonly #keyRing: KeyRing;
  readonly #reader: EntryReader;
  readonly #writer: EntryWriter;
  readonly prefix: string;
  readonly tags: TagGenerations;
  readonly byKey: KeySteering;

  constructor(rows: RowStore, { namespace, encryptions, ...bounds }: EntryStoreOptions) {
    this.#rows = rows;
    this.prefix = namespacePrefix(namespace);
    this.#keyRing = new KeyRing(
      encryptions,
      (encryption) => new RowCodec(encryption, this.prefix, bounds),
    );
    this.#writer = new EntryWriter(rows, this.#keyRing.newest);
    this.tags = new TagGenerations(rows, this.prefix, encryptions);
    this.#reader = new EntryReader({ rows, keyRing: this.#keyRing, tagStates: this.tags });
    this.byKey = new KeySteering({ rows, keyRing: this.#keyRing, writer: this.#writer });
  }

  keyOf(addressee: EntryIdentity): string {
    return this.#keyRing.keyOf(addressee);
  }

  /** In the call itself, unless the store, or what it holds, needs time. */
  read(address: Address): FoundEntry | Promise<FoundEntry> {
    return this.#reader.read(address);
  }

  write(address: Address, entry: Entry, tagStates: TagStates): Promise<WriteResult> {
    const generations = generationsOf(this.tags.generationNames(address.tags), tagStates);
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
    return this.#keyRing.entryIn(row);
  }

  /** Is the row no entry, but a word on the key of one? */
  isKeyState(row: StoredRow): Promise<boolean> {
    return this.#keyRing.isKeyState(row);
  }

  /** The header as the markers of all its tags leave it: nothing where the entry answers nobody. */
  applyTagStates(tagStates: TagStates, header: EntryHeader): EntryHeader | undefined {
    return this.#reader.applyTagStates(tagStates, header);
  }
}
