import { isDeepStrictEqual } from 'node:util';
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
} from '../entry/index.ts';
import {
  CallTags,
  generationsOf,
  TagGenerations,
  type TagRow,
  type TagStates,
  tagsOfEntry,
} from '../invalidation/index.ts';
import { ROW_GRACE, type RowStore } from '../store/index.ts';
import type { Address } from './address.ts';
import { isSuperseded, withGenerations, withTagsOf } from './entry-header.ts';
import { EntryReader, type FoundEntry } from './entry-reader.ts';
import { KeyRing } from './key-ring.ts';

/** Characters that were written, or why none were. */
export type WriteResult = number | 'too-large' | 'store-error' | 'invalidated' | 'superseded';

function ttlOf(header: EntryHeader, writtenAt: number): number | undefined {
  const last = Math.max(header.freshUntil, header.staleUntil, header.fallbackUntil);
  return last >= Number.MAX_SAFE_INTEGER ? undefined : Math.ceil(last - writtenAt) + ROW_GRACE;
}

const NO_ROWS: readonly TagRow[] = [];

interface EntryStoreOptions extends RowBounds {
  readonly namespace: string;
  readonly encryptions: Encryptions;
  /** Another process, or another cache, may have the same store. */
  readonly isShared: boolean;
  readonly now: () => number;
}

interface WriteOptions {
  /** The states of the entry's key and tags before its call began. */
  readonly tagStates: TagStates;
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
  /** Answers that are complete and not stored yet. */
  readonly #held = new Set<Promise<unknown>>();
  /** Writes under way by key: what comes after them must not overtake them. */
  readonly #writing = new Map<string, Promise<unknown>>();

  constructor(rows: RowStore, options: EntryStoreOptions) {
    const { namespace, encryptions, isShared, now, ...bounds } = options;
    const prefix = namespacePrefix(namespace);
    this.prefix = prefix;
    this.tags = new TagGenerations(rows, { prefix, encryptions, isShared, now });
    this.#rows = rows;
    this.callTags = new CallTags(this.tags);
    const codecOf = (encryption: Encryption) => new RowCodec(encryption, prefix, bounds);
    this.keyRing = new KeyRing(encryptions, codecOf);
    this.#reader = new EntryReader(rows, this.keyRing, this.tags);
  }

  /** The key of an entry, which is `namespace:format-version:scope:fingerprint`. */
  keyOf(identity: EntryIdentity): string {
    return this.keyRing.keyOf(identity);
  }

  /** The rows that hold the states of a key. None if it can have no state. */
  keyRowsOf(key: string): readonly TagRow[] {
    return this.tags.hasKeyStates ? this.tags.rows.ofKeys(this.#keysOf(key)) : NO_ROWS;
  }

  /** Reads synchronously, unless the store or the row needs time. Entries that are invalid are not found. */
  read(address: Address): FoundEntry | Promise<FoundEntry> {
    return this.#reader.read(address);
  }

  /**
   * Writes an entry of the generations that its key and its tags had at the look-up, unless they were invalidated
   * since, or an answer is stored whose call began later.
   */
  write(
    address: Address,
    entry: Entry,
    { tagStates, writtenAt = entry.header.storedAt }: WriteOptions,
  ): Promise<WriteResult> {
    return this.#inOrder(address, (found) => {
      const generations = this.#generationsOf(address, tagStates);
      // If the store does not say in time what it holds, the answer is written all the same: its generations tell its age.
      const isValid = found.isUnknown === true || this.#isOf(address, generations, found.tagStates);
      if (!isValid) return Promise.resolve('invalidated');
      if (isSuperseded(entry, found, writtenAt)) return Promise.resolve('superseded');
      return this.#write(address.key, withTagsOf(found, entry, generations), writtenAt);
    });
  }

  /**
   * Writes the stored entry once more with the header that `change` makes. Nothing is written if `change` returns
   * undefined, or if there is no valid entry any more.
   */
  async rewrite(
    address: Address,
    change: (found: FoundEntry) => EntryHeader | undefined,
  ): Promise<void> {
    await this.#inOrder(address, async (found) => {
      const header = change(found);
      if (header === undefined || found.entry === undefined) return;
      const names = this.tags.generationNames(tagsOfEntry(header));
      const all = { ...generationsOf(names, found.tagStates), ...header.generations };
      const entry = { header: withGenerations(header, all), payload: found.entry.payload.text };
      await this.#write(address.key, entry, header.storedAt);
    });
  }

  /** Makes the entry under a key invalid. Resolves to false if the store did not accept it. */
  async invalidate(key: string): Promise<boolean> {
    const keys = this.#keysOf(key);
    const isInvalid = this.tags.invalidateKeys(keys); // in this process, it holds from now on
    if (this.#writing.size > 0) await this.#writing.get(key);
    const removals = await Promise.all(keys.map((each) => this.#rows.remove(each)));
    return (await isInvalid) && removals.every((isRemoved) => isRemoved);
  }

  /** Makes the entry under a key stale from `now` on. Resolves to false if the store did not accept it. */
  expire(key: string, now: number): Promise<boolean> {
    return this.tags.expireKeys(this.#keysOf(key), now);
  }

  /** Removes a row from the store, whatever it holds. Resolves to false if the store did not accept it. */
  remove(key: string): Promise<boolean> {
    return this.#rows.remove(key);
  }

  /** Lets {@link close} wait until a complete answer is stored. */
  hold(storing: Promise<unknown>): void {
    this.#held.add(storing);
    const end = () => this.#held.delete(storing);
    storing.then(end, end);
  }

  /** Waits for the writes under way, and writes what the store has not accepted of invalidations once more. */
  async close(): Promise<void> {
    await Promise.allSettled(this.#held);
    await Promise.allSettled(this.#writing.values());
    await this.tags.close();
  }

  #keysOf(key: string): readonly string[] {
    return [key, ...this.keyRing.olderKeys(key)];
  }

  #generationsOf({ tags, keyRows }: Address, states: TagStates): Record<string, string> {
    const keys = keyRows.map(({ generationName }) => generationName);
    return generationsOf([...this.tags.generationNames(tags), ...keys], states);
  }

  /** Does an entry of these generations still belong to the newest ones? */
  #isOf(address: Address, generations: Record<string, string>, states: TagStates): boolean {
    if (states.size === 0 && Object.keys(generations).length === 0) return true;
    return isDeepStrictEqual(generations, this.#generationsOf(address, states));
  }

  /**
   * Reads what is stored and then writes: one write of a key after the other, and in the call itself if the store
   * answers in it.
   */
  #inOrder<Result>(
    address: Address,
    write: (found: FoundEntry) => Promise<Result>,
  ): Promise<Result> {
    const { key } = address;
    const before = this.#writing.get(key);
    const read = () => this.#reader.read(address);
    const reading = before === undefined ? read() : before.then(read, read);
    const writing = reading instanceof Promise ? reading.then(write) : write(reading);
    this.#writing.set(key, writing);
    const end = () => {
      if (this.#writing.get(key) === writing) this.#writing.delete(key);
    };
    writing.then(end, end);
    return writing;
  }

  #write(key: string, entry: Entry, writtenAt: number): Promise<WriteResult> {
    const ttl = ttlOf(entry.header, writtenAt);
    const row = this.keyRing.newest.encode(key, entryText(entry));
    if (!(row instanceof Promise)) return this.#writeRow(key, row, ttl);
    return row.then((late) => this.#writeRow(key, late, ttl));
  }

  async #writeRow(
    key: string,
    row: string | undefined,
    ttl: number | undefined,
  ): Promise<WriteResult> {
    if (row === undefined) return 'too-large';
    const isWritten = await this.#rows.write(key, row, ttl);
    if (isWritten && this.keyRing.hasOlderSecrets) await this.#removeOlder(key);
    return isWritten ? row.length : 'store-error';
  }

  /**
   * Removes the entries of older secrets, as far as this process knows their keys: they are older, and would be served
   * again when the time of the newer entry is over.
   */
  async #removeOlder(key: string): Promise<void> {
    await Promise.all(this.keyRing.olderKeys(key).map((older) => this.#rows.remove(older)));
  }
}
