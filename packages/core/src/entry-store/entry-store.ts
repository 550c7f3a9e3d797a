import { randomUUID } from 'node:crypto';
import {
  type Encryption,
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
  CallTags,
  FIRST_TAG_STATE,
  generationsOf,
  parseTagState,
  staleSince,
  TagGenerations,
  type TagState,
  type TagStates,
} from '../invalidation/index.ts';
import type { RowStore } from '../store/index.ts';
import type { Address } from './address.ts';
import { EntryReader, type FoundEntry } from './entry-reader.ts';
import { KeyRing } from './key-ring.ts';

/** The characters of the row that was written, or why it was not written. */
type WriteResult = number | 'too-large' | 'store-error';

/** Milliseconds that the store adds to the life of a row. When Keyv reads an expired row, it deletes what is under the key, and that may be a new row. */
const GRACE = 60_000;

function ttlOf(header: EntryHeader, writtenAt: number): number | undefined {
  const last = Math.max(header.freshUntil, header.staleUntil, header.fallbackUntil);
  return last >= Number.MAX_SAFE_INTEGER ? undefined : Math.ceil(last - writtenAt) + GRACE;
}

interface EntryStoreOptions extends RowBounds {
  readonly namespace: string;
  readonly encryptions: Encryptions;
}

/** Where an entry is written. */
interface Place extends Pick<Address, 'key' | 'tags'> {
  /** Milliseconds since 1970. @default the instant at which the entry was stored first */
  readonly writtenAt?: number | undefined;
}

/** Entries under their keys in one namespace of a store. No method rejects. */
export class EntryStore {
  /** Every key of the namespace starts with it. */
  readonly prefix: string;
  readonly tags: TagGenerations;
  readonly callTags: CallTags;
  readonly keyRing: KeyRing;
  readonly #rows: RowStore;
  readonly #reader: EntryReader;
  /** Writes by key whose entry is still being compressed. Later writes and removals of the key wait for them. */
  readonly #compressing = new Map<string, Promise<unknown>>();

  constructor(rows: RowStore, { namespace, encryptions, ...bounds }: EntryStoreOptions) {
    this.prefix = namespacePrefix(namespace);
    this.tags = new TagGenerations(rows, this.prefix, encryptions);
    this.#rows = rows;
    this.callTags = new CallTags(this.tags);
    const codecOf = (encryption: Encryption) => new RowCodec(encryption, this.prefix, bounds);
    this.keyRing = new KeyRing(encryptions, codecOf);
    this.#reader = new EntryReader(rows, this.keyRing, this.tags);
  }

  /** The key of an entry, which is `namespace:format-version:scope:fingerprint`. */
  keyOf(identity: EntryIdentity): string {
    return this.keyRing.keyOf(identity);
  }

  /** Reads synchronously, unless the store or the row needs time. Entries that are invalid are not found. */
  read(address: Address): FoundEntry | Promise<FoundEntry> {
    return this.#reader.read(address);
  }

  /** Writes an entry of the generations that its tags had at the look-up. */
  write({ key, tags, writtenAt }: Place, entry: Entry, states: TagStates): Promise<WriteResult> {
    const generations = generationsOf(this.tags.generationNames(tags), states);
    const isFirst = Object.keys(generations).length === 0;
    const header = isFirst ? entry.header : { ...entry.header, generations };
    const writing = this.#write(key, { ...entry, header }, writtenAt);
    return this.keyRing.hasOlderSecrets ? this.#replaceOlder(key, writing) : writing;
  }

  /** Makes the entry under a key invalid. Resolves to false if the store did not accept it. */
  async invalidate(key: string): Promise<boolean> {
    if (!this.keyRing.hasOlderSecrets) {
      if (this.#compressing.size > 0) await this.#compressing.get(key);
      return this.#rows.remove(key);
    }
    const isWritten = await this.#writeKeyState(key, { generation: randomUUID() });
    return (await this.#removeOlder(key)) && isWritten;
  }

  /** Makes the entry under a key stale from `now` on. Resolves to false if the store did not accept it. */
  async expire(key: string, now: number): Promise<boolean> {
    const texts = await this.#rows.read([key]);
    if (texts === undefined) return false;
    const [row] = texts;
    const text = row === undefined ? undefined : await this.keyRing.newest.decode(key, row);
    const entry = text === undefined ? undefined : readEntryText(text);
    if (entry !== undefined) {
      const header = staleSince(entry.header, Math.min(now, entry.header.freshUntil));
      return typeof (await this.#write(key, { ...entry, header })) === 'number';
    }
    const state = row === undefined ? FIRST_TAG_STATE : parseTagState(text);
    if (!this.keyRing.hasOlderSecrets || state === undefined) return true;
    return this.#writeKeyState(key, { ...state, expiredAt: now });
  }

  /** Removes a row from the store, whatever it holds. Resolves to false if the store did not accept it. */
  remove(key: string): Promise<boolean> {
    return this.#rows.remove(key);
  }

  #write(key: string, entry: Entry, writtenAt = entry.header.storedAt): Promise<WriteResult> {
    const ttl = ttlOf(entry.header, writtenAt);
    const row = this.keyRing.newest.encode(key, entryText(entry));
    if (!(row instanceof Promise)) return this.#writeRow(key, row, ttl);
    const writing = row.then((late) => this.#writeRow(key, late, ttl));
    this.#compressing.set(key, writing);
    return writing.finally(() => {
      if (this.#compressing.get(key) === writing) this.#compressing.delete(key);
    });
  }

  async #writeRow(key: string, row: string | undefined, ttl: number | undefined) {
    if (row === undefined) return 'too-large';
    return (await this.#rows.write(key, row, ttl)) ? row.length : 'store-error';
  }

  async #writeKeyState(key: string, state: TagState): Promise<boolean> {
    if (this.#compressing.size > 0) await this.#compressing.get(key);
    const row = this.keyRing.newest.encryption.encryptText(key, JSON.stringify(state));
    return this.#rows.write(key, row, undefined);
  }

  /** Removes the entry of an older secret, because it would be served again when the newer entry has expired. */
  async #replaceOlder(key: string, writing: Promise<WriteResult>): Promise<WriteResult> {
    const result = await writing;
    if (typeof result === 'number') await this.#removeOlder(key);
    return result;
  }

  /** Removes the entries of older secrets, as far as this process knows their keys. */
  async #removeOlder(key: string): Promise<boolean> {
    const removals = this.keyRing.olderKeys(key).map((older) => this.#rows.remove(older));
    return (await Promise.all(removals)).every((isRemoved) => isRemoved);
  }
}
